// FreeBSD, NetBSD, OpenBSD and DragonFly. Their differences are data (systems.h).
//
// libc serves as a thin wrapper of system calls and nothing else. In Go all releases do the same
// here, unless noted:
//
//   memory and the console as of any system with mmap() (os/backend/mmap_os.h)
//   map       Go maps anew with MAP_FIXED: when that fails the old mapping may be gone
//   unused    madvise(MADV_FREE). The memory may be taken or may stay, page by page, until it is
//             written to: so it is not zero afterwards, and Machine says so. (From 1.20 Go can be
//             told to use MADV_DONTNEED, which on these systems frees nothing.)
//   resident  mincore, of FreeBSD and DragonFly with more bits than the one that says so. OpenBSD
//   took
//             the call away in 6.6, because it shows what others have in memory: there the answer
//             is unknown. After unused() a page counts until it is taken.
//   huge pages: FreeBSD makes them by itself where it can, the others have none: not to be wished
//   for park      _umtx_op, futex or umtx_sleep (systems.h), always private to the process yield
//   sched_yield random    sysctl kern.arandom; OpenBSD getentropy; DragonFly arc4random_buf page
//   size sysctl hw.pagesize. Go asks the auxiliary vector first, but on OpenBSD, which has
//             none for it; the answer is the same.
//   thread exit: one pthread key, if libpthread is linked in. Without it has_threads is false.
//
// The program break is left alone and not told (arm64 of FreeBSD has none): Go does not know it on
// these systems either.
//
// What the systems cannot tell, and so is not told: mincore() of memory that nobody has mapped
// fails wherever there is one; mprotect() of memory that nobody has mapped fails on FreeBSD and
// DragonFly and succeeds on NetBSD and OpenBSD; munmap() of it fails on OpenBSD and succeeds
// elsewhere; MADV_FREE of it fails on NetBSD and OpenBSD. used() looks at its arguments only.
//
// OpenBSD ends a process whose stack pointer, at a system call or a page fault, is not in memory
// that was mapped with MAP_STACK. From 1.16 Go aligns spans of stacks to physical pages there, maps
// them anew with MAP_STACK when they become stacks, and without when they are freed. Of that the
// core does nothing: this contract has no call for "becomes a stack", and spans of stacks begin at
// multiples of Go's page, 8 KiB, which OpenBSD's pages divide on amd64 and arm64. So a runtime that
// runs code on the core's stacks on OpenBSD must map each span anew itself, before it runs anything
// there: mmap(span, size, READ|WRITE, PRIVATE|ANON|FIXED|STACK), which also clears it.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/bsd/system.h"
#include "os/os.h"

namespace Atoll::os {

class BsdOs final : public MmapOs<BsdSystem> {
 public:
  constexpr BsdOs() = default;

  // Superpages come by themselves and cannot be asked for, and nothing could prove that MADV_FREE
  // clears a page: of both the answer is no.
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
