// Linux, on every processor that Go runs on, natively and under qemu-user.
//
// The backend uses libc only as a thin wrapper of system calls. Release 1.11 unless noted:
//
//   memory and the console as on any system with mmap() (os/backend/mmap_os.h):
//   reserve   without MAP_NORESERVE: the kernel does not charge private PROT_NONE memory anyway,
//             and ignores the flag under strict overcommit.
//   map       Go maps anew with MAP_FIXED. That call first unmaps and then asks for the memory
//             (before Linux 6.12), so a refusal under strict overcommit leaves a hole that the
//             kernel may give to any other thread.
//   used      nothing. Up to 1.20 Go asked for huge pages here and took them back in unused().
//             1.21 dropped both, as we do: it multiplied mappings and fought the system's policy.
//   unused    madvise(MADV_DONTNEED): all releases but 1.12 to 1.15, whose MADV_FREE makes resident
//             size meaningless. A probe tells whether it really zeroes: qemu-user may ignore it.
//   resident  mincore. A page that was only read counts: it shares the page of zeroes. A page in
//             swap does not, unless the swap cache still has it. gVisor says that every page is
//             there.
//   huge pages: madvise(MADV_HUGEPAGE or MADV_NOHUGEPAGE). No advice undoes both. qemu-user answers
//             any advice with success and does nothing, so probe() tries invalid advice.
//   fault     1.23 and later use mprotect and MADV_DONTNEED, which keep the charge.
//   park      futex(FUTEX_WAIT_PRIVATE), unpark: futex(FUTEX_WAKE_PRIVATE), yield: sched_yield
//   thread exit: one pthread key. On the main thread it runs only in pthread_exit.
//
// The backend does not check whether a well-formed range is really ours, because it cannot find out
// cheaply. gVisor unmaps and advises addresses beyond those of processes without an error, so there
// the backend refuses them itself. map() and unused() report memory that is not mapped at all
// (kNoMemory, kNotReserved; under qemu-user unused() does not); release() and free() of it succeed;
// used() checks only its arguments.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "os/backend/asked_once.h"
#include "os/linux/system.h"
#include "os/os.h"

namespace Atoll::os {

class LinuxOs final : public MmapOs<LinuxSystem> {
 public:
  constexpr LinuxOs() = default;

  Machine probe() override;
  std::uint64_t huge_page_size() override;
  bool decommit_zeroes() override;
  Status wish_huge_pages(Address base, std::uint64_t size, HugePages wish) override;

  [[noreturn]] void abort() override;

  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override;

  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override;
  void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) override;
  void yield() override;
  bool at_thread_exit(ThreadExitFunction function, void* argument) override;

 protected:
  std::uint64_t last_address() override;

 private:
  QuestionAskedOnce decommit_zeroes_;
  // How many bits the addresses of processes have, where the kernel accepts longer ones without an
  // error; 0 elsewhere.
  std::atomic<std::uint32_t> address_bits_{0};
  bool ignores_advice(void* pages, std::size_t size);

  QuestionAskedOnce ignores_advice_;
};

}  // namespace Atoll::os
