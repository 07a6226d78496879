// Windows 7 and later, 32 and 64 bits, and Wine. Release 1.11 unless noted:
//
//   reserve   VirtualAlloc(MEM_RESERVE) at the hint, then anywhere. The backend does not try a hint
//             that is no multiple of the granularity, which the system would round down and then
//             reserve more, nor one above the greatest address that the system names.
//   release   VirtualFree(MEM_RELEASE), after VirtualQuery said that it is one whole reservation.
//             MEM_RELEASE takes no size; Go trusts its caller, this backend refuses a part.
//   map       asks VirtualQuery whether all of it is reserved. Commits nothing, as from 1.13 on:
//             1.11 and 1.12 commit here, and so charge a whole arena (64 MiB, or 4 MiB) against
//             the system's limit when its first page is needed.
//   used      VirtualAlloc(MEM_COMMIT). No call may span two reservations, so if one fails the
//             backend goes on piece by piece. VirtualQuery tells the pieces: Go finds them by
//             halving, which cannot tell a reservation's end from a lack of memory.
//   unused    VirtualFree(MEM_DECOMMIT), likewise. Memory that is committed again reads as zero.
//   fault     the same as unused
//   alloc     VirtualAlloc(MEM_RESERVE | MEM_COMMIT)
//   free      as release
//   resident  QueryWorkingSetEx, by the name that it has since Windows 7. It does not count pages
//             that the system moved out of the working set, though they may still be in memory.
//             Wine answers from /proc/self/pagemap with one system call for each page, and denies
//             every page if it cannot read that. So each call also asks about a page that is there,
//             and does not believe a denial of it.
//   huge pages: the backend takes no wishes
//   park      WaitOnAddress, unpark: WakeByAddress*, which probe() looks up because Windows 7
//             has none: there, park() is a short sleep. yield: SwitchToThread
//   thread exit: a fiber-local slot's callback; on the last thread it runs when the process exits
//   is_ending: RtlDllShutdownInProgress, which probe() looks up as well. ExitProcess ends the other
//             threads before it tells the libraries
//   clock: QueryPerformanceCounter. seed: RtlGenRandom. console: WriteFile. end: TerminateProcess
#pragma once

#include <atomic>
#include <cstdint>

#include "os/backend/asked_once.h"
#include "os/os.h"

namespace Atoll::os {

class WindowsOs final : public Os {
 public:
  constexpr WindowsOs() = default;

  // Large pages need a privilege, and parts of them cannot be given back, so the backend reports
  // none.
  Machine probe() override;
  bool decommit_zeroes() override { return true; }

  Allocation reserve(Address hint, std::uint64_t size) override;
  Status release(Address base, std::uint64_t size) override;
  Status map(Address base, std::uint64_t size) override;
  Status used(Address base, std::uint64_t size) override;
  Status unused(Address base, std::uint64_t size) override;
  Status fault(Address base, std::uint64_t size) override;
  Allocation alloc(std::uint64_t size) override;
  Status free(Address base, std::uint64_t size) override;
  std::optional<std::uint64_t> resident(Address base, std::uint64_t size) override;

  void write(std::string_view text) override;
  [[noreturn]] void abort() override;

  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override;

  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override;
  void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) override;
  void yield() override;
  bool at_thread_exit(ThreadExitFunction function, void* argument) override;
  bool is_ending() override;

 private:
  static void find_functions();
  std::uint64_t page_size();
  Status check(Address base, std::uint64_t size);
  Allocation allocate(Address hint, std::uint64_t size, std::uint32_t kind);

  NumberAskedOnce page_size_;
};

}  // namespace Atoll::os
