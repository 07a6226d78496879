#include "os/arm64/arm64_os.h"

#include "os/arm64/image.h"
#include "os/arm64/semihosting.h"

namespace Atoll::os::arm64 {
namespace {

constexpr int kAborted = 128 + 6;

std::uint64_t counter() {
  std::uint64_t ticks = 0;  // NOLINT(misc-const-correctness): assembly sets it
  __asm__ volatile("isb; mrs %0, cntvct_el0" : "=r"(ticks)::"memory");
  return ticks;
}

std::uint64_t ticks_per_second() {
  std::uint64_t frequency = 0;  // NOLINT(misc-const-correctness)
  __asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
  return frequency;
}

}  // namespace

Machine Arm64Os::probe() {
  Machine machine = VirtualSpace::facts();
  machine.end_of_data = Address::of(image::end);
  machine.has_threads = false;
  return machine;
}

Allocation Arm64Os::reserve(Address hint, std::uint64_t size) { return space_.reserve(hint, size); }
Status Arm64Os::release(Address base, std::uint64_t size) { return space_.release({base, size}); }
Status Arm64Os::map(Address base, std::uint64_t size) { return space_.map({base, size}); }
Status Arm64Os::used(Address base, std::uint64_t size) { return space_.used({base, size}); }
Status Arm64Os::unused(Address base, std::uint64_t size) { return space_.unused({base, size}); }
Status Arm64Os::fault(Address base, std::uint64_t size) { return space_.fault({base, size}); }
Allocation Arm64Os::alloc(std::uint64_t size) { return space_.alloc(size); }
Status Arm64Os::free(Address base, std::uint64_t size) { return space_.free({base, size}); }
std::optional<std::uint64_t> Arm64Os::resident(Address base, std::uint64_t size) {
  return space_.resident({base, size});
}

void Arm64Os::write(std::string_view text) { semihosting::write(text); }

void Arm64Os::abort() { semihosting::exit(kAborted); }

std::uint64_t Arm64Os::monotonic_nanoseconds() {
  constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
  const std::uint64_t ticks = counter();
  const std::uint64_t frequency = ticks_per_second();
  return ticks / frequency * kNanosecondsPerSecond +
         ticks % frequency * kNanosecondsPerSecond / frequency;
}

// The counter begins near zero at every start, but what the emulator does before that takes a
// different time each time.
std::uint64_t Arm64Os::random_seed() {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  const std::uint64_t seed = (counter() * kOdd) ^ semihosting::time();
  return (seed ^ (seed >> 32)) * kOdd;
}

void Arm64Os::park(const std::atomic<std::uint32_t>&, std::uint32_t) {}

void Arm64Os::unpark(const std::atomic<std::uint32_t>&, std::uint32_t) {}

void Arm64Os::yield() {}

bool Arm64Os::at_thread_exit(ThreadExitFunction, void*) { return false; }

}  // namespace Atoll::os::arm64
