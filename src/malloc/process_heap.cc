#include "src/malloc/process_heap.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <new>
#include <optional>
#include <string_view>

#include "os/os.h"
#include "src/malloc/call_stack.h"
#include "src/malloc/environment.h"
#include "src/malloc/the_heap.h"
#include "src/malloc/watch_process.h"

namespace Atoll {

constinit HeapStorage heap_storage;

namespace {

enum State : std::uint32_t { kNone, kStarting, kReady, kFailed };

constinit std::atomic<std::uint32_t> state{kNone};

// What the start calls may call malloc() in turn, and is served by what stands by then.
constinit ATOLL_THREAD_LOCAL bool is_starting = false;

// The text of the options, which refer to it. A process may write over its environment.
constinit std::array<char, 8192> option_text{};

constinit std::optional<ProcessOptions> options;

constinit HeapProfile profile;

constinit std::atomic<bool> has_libraries{false};

bool takes_samples() { return options->heap.profile_rate != 0; }

void* on_sample(void* /*context*/, void* /*object*/, std::uint64_t size) {
  std::array<std::uintptr_t, HeapProfile::kMostFrames> frames;
  const std::size_t depth = call_stack(frames);
  return profile.add(std::span(frames).first(depth), size);
}

void on_sample_freed(void* /*context*/, void* bucket) { profile.remove(bucket); }

std::string_view keep_options(std::string_view text, os::Os& os) {
  if (text.size() > option_text.size()) {
    os.write("atoll: ATOLL_OPTIONS: too long; ignored\n");
    return {};
  }
  std::copy(text.begin(), text.end(), option_text.begin());
  return {option_text.data(), text.size()};
}

bool start() {
  os::Os& os = os::native();
  options = default_process_options();
  parse_process_options(keep_options(environment("ATOLL_OPTIONS"), os), os, *options);
  if (takes_samples()) {
    options->heap.on_sample = &on_sample;
    options->heap.on_sample_freed = &on_sample_freed;
  }
  Heap* const heap = ::new (&heap_storage) Heap;
  const Line why = heap->init(os, options->heap);
  if (why.view().empty()) {
    profile.init(heap->platform());
    return true;
  }
  Line line;
  line << "atoll: " << why.view() << "\n";
  os.write(line.view());
  return false;
}

}  // namespace

Heap* process_heap() {
  std::uint32_t now = state.load(std::memory_order_acquire);
  if (now == kReady) return &the_heap();
  if (now == kStarting && of_this_thread(is_starting)) return &the_heap();
  if (now == kNone && state.compare_exchange_strong(now, kStarting, std::memory_order_acquire)) {
    of_this_thread(is_starting) = true;
    now = start() ? kReady : kFailed;
    state.store(now, std::memory_order_release);
    // What is registered with the C library may need memory of this heap.
    if (now == kReady) {
      watch_process();
      if (takes_samples() && has_libraries.load(std::memory_order_acquire)) prepare_call_stacks();
    }
    of_this_thread(is_starting) = false;
  }
  while (now == kStarting) {
    if (os::native().is_ending()) return nullptr;  // who started it is gone
    os::native().yield();
    now = state.load(std::memory_order_acquire);
  }
  return now == kReady ? &the_heap() : nullptr;
}

void libraries_are_ready() {
  has_libraries.store(true, std::memory_order_release);
  if (state.load(std::memory_order_acquire) == kReady && takes_samples()) prepare_call_stacks();
}

HeapProfile& process_profile() { return profile; }

const ProcessOptions* process_options() { return options ? &*options : nullptr; }

}  // namespace Atoll
