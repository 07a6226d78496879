// Call stacks by the C library's backtrace(), if it has one.

#include "src/malloc/call_stack.h"

#include <sys/auxv.h>

#include <algorithm>
#include <array>
#include <atomic>

extern "C" {
[[gnu::weak]] int backtrace(void** frames, int most) noexcept;
// The bounds of the library or program that this is linked into. The linker defines both.
[[gnu::visibility("hidden")]] extern const char etext[];
// NOLINTNEXTLINE(bugprone-reserved-identifier)
[[gnu::visibility("hidden")]] extern const char __ehdr_start[];
}

namespace Atoll {
namespace {

constinit std::atomic<bool> is_prepared{false};

bool is_here(std::uintptr_t address) {
  return address >= reinterpret_cast<std::uintptr_t>(&__ehdr_start) &&
         address < reinterpret_cast<std::uintptr_t>(&etext);
}

}  // namespace

// The first call loads a library.
void prepare_call_stacks() {
  if (&::backtrace == nullptr) return;
  std::array<void*, 1> frames{};
  (void)::backtrace(frames.data(), 1);
  is_prepared.store(true, std::memory_order_release);
}

std::size_t call_stack(std::span<std::uintptr_t> frames) {
  if (!is_prepared.load(std::memory_order_acquire)) return 0;
  const int depth =
      ::backtrace(reinterpret_cast<void**>(frames.data()), static_cast<int>(frames.size()));
  const auto walked = frames.first(static_cast<std::size_t>(std::max(depth, 0)));
  // A library of its own contains only the heap, whose frames are of no interest. In a program they
  // cannot be told from the program's frames.
  auto caller = walked.begin();
  if (!is_here(::getauxval(AT_PHDR))) caller = std::ranges::find_if_not(walked, is_here);
  return static_cast<std::size_t>(std::ranges::copy(caller, walked.end(), frames.begin()).out -
                                  frames.begin());
}

}  // namespace Atoll
