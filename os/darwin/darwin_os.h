// macOS and iOS, on amd64 and arm64.
//
// The backend uses libSystem only as a thin wrapper of system calls. Release 1.11 unless noted:
//
//   memory and the console as on any system with mmap() (os/backend/mmap_os.h)
//   reserve   The kernel honours a free hint exactly. Otherwise it looks upwards from the hint, and
//             after that from the lowest address.
//   used      madvise(MADV_FREE_REUSE), since 1.13: the pages count as this process's again. The
//             backend ignores a failure, which only makes the accounts wrong. Go before 1.13 does
//             nothing.
//   unused    madvise(MADV_FREE_REUSABLE), since 1.13. MADV_FREE before, and here where the kernel
//             refuses the other. Neither clears pages: they read as zero once the kernel has taken
//             them, and as what they were until then.
//   resident  mincore. It does not count pages that the kernel has compressed, and counts those
//             that the kernel may take and has not taken. Of memory that is not mapped the kernel
//             says that nothing is there.
//   huge pages: on Intel's processors memory must be mapped as such, on Apple's there are none; the
//             backend takes no wishes
//   fault     The kernel carries it out as a whole or not at all.
//   free      The kernel does not reject addresses that no process has, so the backend does.
//   page size sysctl(CTL_HW, HW_PAGESIZE), at run time: 16 KiB on arm64, 4 KiB on amd64 and for
//             amd64 programs on arm64.
//   park      __ulock_wait, unpark: __ulock_wake. libSystem has them since macOS 10.12 and iOS 10,
//             and its own locks use them. os_sync_wait_on_address(), their public form, begins with
//             macOS 14.4 and iOS 17.4. For a count other than 1 and all, the backend wakes threads
//             one by one.
//   seed      getentropy, since macOS 10.12 and iOS 10
//   clock     clock_gettime_nsec_np(CLOCK_UPTIME_RAW), since the same; it stands still while the
//             machine sleeps, as Go's does
//   yield     sched_yield
//   thread exit: one pthread key. On the main thread it runs only in pthread_exit.
//
// The backend does not check whether a well-formed range is really ours, because it cannot find out
// cheaply. map() and unused() report memory that is not mapped at all (kNotReserved); release() and
// free() of it succeed; used() checks only its arguments.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/backend/asked_once.h"
#include "os/darwin/mmap_system.h"
#include "os/os.h"

namespace Atoll::os {

class DarwinOs final : public MmapOs<DarwinSystem> {
 public:
  constexpr DarwinOs() = default;

  Machine probe() override;

  Status used(Address base, std::uint64_t size) override;

  [[noreturn]] void abort() override;

  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override;

  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override;
  void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) override;
  void yield() override;
  bool at_thread_exit(ThreadExitFunction function, void* argument) override;

 private:
  std::uint64_t last_address() override;
  std::uint32_t address_bits();

  NumberAskedOnce address_bits_;
};

}  // namespace Atoll::os
