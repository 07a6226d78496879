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
#include "src/malloc/inner_supply.h"
#include "src/malloc/misuse_report.h"
#include "src/malloc/the_heap.h"
#include "src/malloc/watch_process.h"

namespace Atoll {

constinit HeapStorage heap_storage;

namespace {

// While a process starts the heap, the state holds the process's number in the bits above
// kStarting. So a child that was forked meanwhile knows that the thread that starts the heap is not
// in the child.
enum State : std::uint32_t { kNone, kReady, kFailed, kStarting };
constexpr unsigned kStateBits = 2;

constinit std::atomic<std::uint32_t> state{kNone};

// The calling thread's part in the start. Functions of the system that it calls while it starts the
// heap, or waits for the start, may call malloc() in turn.
enum class Part : std::uint8_t { kNone, kStarts, kWaits };
constinit ATOLL_THREAD_LOCAL Part part_in_start = Part::kNone;

// A copy of the text that the options point into: a process may overwrite its environment.
constinit std::array<char, 8192> option_text{};

constinit std::optional<ProcessOptions> chosen_options;

constinit HeapProfile profile;

constinit std::atomic<bool> has_libraries{false};

bool takes_samples() { return chosen_options->heap.objects.profile_rate != 0; }
bool wants_stacks() { return takes_samples() || chosen_options->heap.objects.checked; }

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
  chosen_options = default_process_options();
  parse_process_options(keep_options(environment("ATOLL_OPTIONS"), os), os, *chosen_options);
  chosen_options->heap.objects.corruption_handler = &report_misuse;
  if (takes_samples()) profile.listen(chosen_options->heap.objects);
  Heap* const heap = ::new (&heap_storage) Heap;
  const Line why = heap->init(os, chosen_options->heap);
  if (why.view().empty()) {
    profile.init(heap->platform());
    return true;
  }
  Line line;
  line << "atoll: " << why.view() << "\n";
  os.write(line.view());
  return false;
}

// It registers the fork handlers before there is a heap, so that no process forks while another
// thread holds the heap's locks.
void start_now() {
  of_this_thread(part_in_start) = Part::kStarts;
  watch_process();
  const State reached = start() ? kReady : kFailed;
  state.store(reached, std::memory_order_release);
  if (reached == kReady && wants_stacks() && has_libraries.load(std::memory_order_acquire)) {
    prepare_call_stacks();
  }
  of_this_thread(part_in_start) = Part::kNone;
}

// Calls the system. An inner call of malloc() meanwhile does not start the heap, nor wait for it.
template <typename Ask>
auto ask_outside(Ask ask) {
  of_this_thread(part_in_start) = Part::kWaits;
  const auto answer = ask();
  of_this_thread(part_in_start) = Part::kNone;
  return answer;
}

// Starts the heap, or waits until another thread has started it.
[[gnu::cold, gnu::noinline]] Heap* start_or_wait() {
  if (of_this_thread(part_in_start) == Part::kWaits) return nullptr;
  if (of_this_thread(part_in_start) == Part::kStarts) {
    return the_heap().is_initialised() ? &the_heap() : nullptr;
  }
  std::uint32_t now = state.load(std::memory_order_acquire);
  if (now == kFailed) return nullptr;
  while (now != kReady && now != kFailed) {
    // The number is asked for each time: a signal handler may fork while this thread waits, and
    // then the thread goes on in the child.
    const std::uint32_t by_us = kStarting | ask_outside(process_number) << kStateBits;
    if (now == by_us) {
      if (os::native().is_ending()) return nullptr;  // the thread that started it is gone
      now = ask_outside([] {
        os::native().yield();
        return state.load(std::memory_order_acquire);
      });
    } else if (state.compare_exchange_strong(now, by_us, std::memory_order_acquire)) {
      // This process was forked while its parent started the heap.
      if (now != kNone) give_heap_slot(kProcessHeapSlot);
      start_now();
      now = state.load(std::memory_order_acquire);
    }
  }
  return now == kReady ? &the_heap() : nullptr;
}

}  // namespace

Heap* process_heap() {
  if (state.load(std::memory_order_acquire) == kReady) [[likely]]
    return &the_heap();
  return start_or_wait();
}

bool is_inner_call() {
  return of_this_thread(part_in_start) != Part::kNone || the_heap().is_inner();
}

void libraries_are_ready() {
  has_libraries.store(true, std::memory_order_release);
  if (state.load(std::memory_order_acquire) == kReady && wants_stacks()) prepare_call_stacks();
}

HeapProfile& process_profile() { return profile; }

const ProcessOptions* process_options() { return chosen_options ? &*chosen_options : nullptr; }

}  // namespace Atoll
