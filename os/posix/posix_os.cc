#include "os/posix/posix_os.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

#include <cstdlib>

#include "os/backend/posix_clock.h"
#include "os/backend/probes.h"
#include "os/backend/thread_exit_key.h"

namespace Atoll::os {
namespace {

constinit ThreadExitKey<pthread_key_t, &::pthread_key_create, &::pthread_setspecific,
                        &::sched_yield>
    exit_key;

}  // namespace

std::uint64_t PosixSystem::page_size() {
  const long size = ::sysconf(_SC_PAGESIZE);
  return size > 0 ? static_cast<std::uint64_t>(size) : 0;
}

bool PosixSystem::take_back(void* base, std::size_t size) {
  return map(base, size, Access::kReadWrite, /*fixed=*/true) != nullptr;
}

Machine PosixOs::probe() {
  Machine machine = probe_mmap();
  if (machine.page_size == 0) return machine;
  MmapMemory<PosixSystem> memory;
  machine.address_bits =
      address_bits(memory, machine.page_size,
                   {.most = sizeof(void*) == 8 ? 57 : 32, .fewest = 28, .sixteenths = {2, 6, 12}});
  machine.honours_hints = honours_hints(memory, machine.page_size);
  machine.has_threads = true;
  return machine;
}

void PosixOs::abort() { std::abort(); }

std::uint64_t PosixOs::monotonic_nanoseconds() { return posix_monotonic_nanoseconds(); }

std::uint64_t PosixOs::random_seed() {
  const int on_stack = 0;
  return (Address::of(&on_stack).value() ^ monotonic_nanoseconds()) * 0x9e3779b97f4a7c15;
}

void PosixOs::park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) {
  if (word.load(std::memory_order_relaxed) != expected) return;
  const int error_before = errno;
  const timespec moment = {.tv_sec = 0, .tv_nsec = 1'000'000};
  ::nanosleep(&moment, nullptr);
  errno = error_before;
}

void PosixOs::unpark(const std::atomic<std::uint32_t>& /*word*/, std::uint32_t /*count*/) {}

void PosixOs::yield() { ::sched_yield(); }

bool PosixOs::at_thread_exit(ThreadExitFunction function, void* argument) {
  return exit_key.set(function, argument);
}

}  // namespace Atoll::os
