// FreeBSD, NetBSD, OpenBSD and DragonFly. Data describes their differences (systems.h).
//
// The backend uses libc only as a thin wrapper of system calls. In Go all releases do the same
// here, unless noted:
//
//   memory and the console as on any system with mmap() (os/backend/mmap_os.h)
//   map       Go maps anew with MAP_FIXED: when that fails, the old mapping may be gone
//   unused    madvise(MADV_FREE). The kernel may take each page or leave it until it is written to.
//             So the memory need not read as zero afterwards, and Machine says so. (From 1.20 Go
//             has a setting for MADV_DONTNEED, which on these systems frees nothing.)
//   resident  mincore. FreeBSD and DragonFly set more bits than the one for a resident page.
//             OpenBSD removed the call in 6.6, because it shows what others have in memory: there
//             the answer is unknown. After unused() a page counts until the kernel takes it.
//   huge pages: FreeBSD makes them by itself where it can, the others have none; the backend takes
//             no wishes
//   park      _umtx_op, futex or umtx_sleep (systems.h), always private to the process
//   yield     sched_yield
//   random    sysctl kern.arandom; OpenBSD getentropy; DragonFly arc4random_buf
//   page size sysctl hw.pagesize. Go asks the auxiliary vector first, except on OpenBSD, whose
//             vector does not have it; the answer is the same.
//   thread exit: one pthread key, if libpthread is linked in. Without it has_threads is false.
//
// The backend leaves the program break alone and does not report it (arm64 FreeBSD has none), since
// Go does not know it on these systems either.
//
// The systems differ in what they notice about memory that nobody has mapped, so the backend does
// not promise it: mincore() fails wherever it exists; mprotect() fails on FreeBSD and DragonFly and
// succeeds on NetBSD and OpenBSD; munmap() fails on OpenBSD and succeeds elsewhere; MADV_FREE fails
// on NetBSD and OpenBSD. used() checks only its arguments.
//
// OpenBSD ends a process whose stack pointer, at a system call or a page fault, is not in memory
// that was mapped with MAP_STACK. From 1.16 Go aligns spans of stacks to physical pages there, maps
// them anew with MAP_STACK when they become stacks, and without it when it frees them. The core
// does nothing of that: this contract has no call for "becomes a stack", and spans of stacks begin
// at multiples of Go's page, 8 KiB, which OpenBSD's pages divide on amd64 and arm64. So a runtime
// that runs code on the core's stacks on OpenBSD must map each span anew itself, before it runs
// anything there: mmap(span, size, READ|WRITE, PRIVATE|ANON|FIXED|STACK), which also clears it.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/bsd/system.h"
#include "os/os.h"

namespace Atoll::os {

class BsdOs final : public MmapOs<BsdSystem> {
 public:
  constexpr BsdOs() = default;

  // decommit_zeroes() and huge_page_size() keep their defaults: nothing could prove that MADV_FREE
  // clears a page, and a program cannot ask for superpages, which come by themselves.
  Machine probe() override;

  [[noreturn]] void abort() override;

  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override;

  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override;
  void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) override;
  void yield() override;
  bool at_thread_exit(ThreadExitFunction function, void* argument) override;
};

}  // namespace Atoll::os
