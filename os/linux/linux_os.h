// Linux, on every processor Go runs on, natively and under qemu-user.
//
// libc serves as a thin wrapper of system calls and nothing else. Release 1.11 unless noted:
//
//   reserve   mmap(hint, PROT_NONE), never MAP_FIXED. Without MAP_NORESERVE: private PROT_NONE
//             memory is not charged anyway, and under strict overcommit the flag is ignored.
//   release   munmap
//   map       mprotect(READ|WRITE), where Go maps anew with MAP_FIXED. That call first unmaps and
//             then asks for the memory (before Linux 6.12), so a refusal under strict overcommit
//             leaves a hole that any other thread may be given; and on a wrong address it wipes
//             out whatever lies there. mprotect loses nothing in either case.
//   used      nothing. Up to 1.20 Go asked for huge pages here and took them back in unused().
//             1.21 dropped both, as we do: it multiplied mappings and fought the system's policy.
//   unused    madvise(MADV_DONTNEED): all releases but 1.12 to 1.15, whose MADV_FREE makes resident
//             size meaningless. Whether it really zeroes is probed: qemu-user may ignore it.
//   fault     mmap(PROT_NONE, MAP_FIXED): drops contents and charge in one call. (1.23 and later
//             use mprotect and MADV_DONTNEED, which keep the charge.)
//   alloc     mmap(READ|WRITE)
//   free      munmap
//   park      futex(FUTEX_WAIT_PRIVATE), unpark: futex(FUTEX_WAKE_PRIVATE), yield: sched_yield
//   thread exit: one pthread key. On the main thread it fires only in pthread_exit.
//
// What cannot be known cheaply, and so is not checked: whether a well-formed range is really ours.
// map() and unused() report memory that is not mapped at all (kNoMemory, kNotReserved; under
// qemu-user unused() does not); release() and free() of it succeed; used() looks at its arguments
// only.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/os.h"

namespace Atoll::os {

class LinuxOs final : public Os {
 public:
  constexpr LinuxOs() = default;

  Machine probe() override;
  std::uint64_t huge_page_size() override;
  bool decommit_zeroes() override;

  Allocation reserve(Address hint, std::uint64_t size) override;
  Status release(Address base, std::uint64_t size) override;
  Status map(Address base, std::uint64_t size) override;
  Status used(Address base, std::uint64_t size) override;
  Status unused(Address base, std::uint64_t size) override;
  Status fault(Address base, std::uint64_t size) override;
  Allocation alloc(std::uint64_t size) override;
  Status free(Address base, std::uint64_t size) override;

  void write(std::string_view text) override;
  [[noreturn]] void abort() override;

  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override;

  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override;
  void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) override;
  void yield() override;
  bool at_thread_exit(ThreadExitFunction function, void* argument) override;

 private:
  // What was found out once: threads that ask together find the same.
  enum class Known : std::uint8_t { kNot, kNo, kYes };
  using Question = bool (*)(std::uint64_t page_size);
  bool ask(std::atomic<Known>& answer, Question question);

  std::uint64_t page_size();
  Status check(Address base, std::uint64_t size);

  std::atomic<std::uint32_t> page_size_{0};  // 0: not asked yet
  std::atomic<Known> decommit_zeroes_{Known::kNot};
  std::atomic<std::uint32_t> exit_key_state_{0};
  std::uint32_t exit_key_ = 0;
};

}  // namespace Atoll::os
