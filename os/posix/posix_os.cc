#include "os/posix/posix_os.h"

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cstdlib>

#include "os/backend/probes.h"

namespace Atoll::os {
namespace {

constinit pthread_key_t exit_key = 0;

}  // namespace

std::uint64_t PosixSystem::page_size() {
  const long size = ::sysconf(_SC_PAGESIZE);
  return size > 0 ? static_cast<std::uint64_t>(size) : 0;
}

void* PosixSystem::map(void* where, std::size_t size, Access access, bool fixed) {
  void* const p = ::mmap(where, size, access == Access::kNone ? PROT_NONE : PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANON | (fixed ? MAP_FIXED : 0), -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}

bool PosixSystem::make_ready(void* base, std::size_t size) {
  return ::mprotect(base, size, PROT_READ | PROT_WRITE) == 0;
}

bool PosixSystem::take_back(void* base, std::size_t size) {
  return map(base, size, Access::kReadWrite, /*fixed=*/true) != nullptr;
}

bool PosixSystem::unmap(void* base, std::size_t size) { return ::munmap(base, size) == 0; }

std::ptrdiff_t PosixSystem::write(const void* bytes, std::size_t size) {
  return ::write(STDERR_FILENO, bytes, size);
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

std::uint64_t PosixOs::monotonic_nanoseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

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
  const auto make = [&] { return ::pthread_key_create(&exit_key, function) == 0; };
  const auto wait = [] {
    ::sched_yield();
    return true;
  };
  return exit_key_is_made_.get(make, wait) && ::pthread_setspecific(exit_key, argument) == 0;
}

}  // namespace Atoll::os
