// AArch64 without an operating system: the address space is ours to make, page by page.
//
// A target of its own, bare_arm64. Until the port table has a GOOS for it, it is built with
// -DATOLL_GOOS=kLinux -DATOLL_GOARCH=kArm64 and has the numbers of linux/arm64.
//
//   reserve   a region is noted; its pages are in no table, so they fault
//   release   the region is forgotten
//   map       noted; Prepared pages fault as well
//   used      a zeroed frame of physical memory behind every page that has none
//   unused    the frames go back, the pages fault
//   fault     the same, and noted
//   alloc     a region with frames behind all of it
//   free      frames go back, the region is forgotten
//   resident  the page tables tell, exactly: what is Ready has its frames
//   huge pages: only the program itself lies in any; not to be wished for
//   write     semihosting: SYS_WRITE0
//   abort     semihosting: SYS_EXIT_EXTENDED with 134, as a shell tells of SIGABRT
//   time      the virtual counter, CNTVCT_EL0
//   seed      the counter and the host's clock (SYS_TIME), mixed
//
// Everything is exact: unlike on Linux, memory that is Ready has been paid for, a call on a range
// that is not in the right state is kNotReserved, and used() and alloc() without enough memory
// change nothing.
//
// What start.S and start.cc make of the machine, QEMU's `virt` (-M virt -cpu cortex-a72
// -semihosting-config enable=on,target=native -kernel PROGRAM):
//   - exception level 1, MMU and caches on, pages of 4 KiB, 39 bits of address, all below 2^39;
//   - the program and the rest of memory at their physical addresses, text not writable, constants
//     and data not executable, a page that faults below each stack;
//   - everything that is handed out above them, from 4 GiB on, so that neither 0 nor an address cut
//     to 32 bits is ever valid;
//   - a fault ends the program with a line on the console ("fault: store at 0x0, instruction
//     0x40204f08") and exit code 139;
//   - the command line becomes main()'s arguments, what main() returns is QEMU's exit code, and the
//     console is its standard error.
//
// One thread. No device is used, and no interrupt comes.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/arm64/virtual_space.h"
#include "os/os.h"

namespace Atoll::os::arm64 {

class Arm64Os final : public Os {
 public:
  // Must outlive this object, and be ready before the first call.
  constexpr explicit Arm64Os(VirtualSpace& space) : space_(space) {}

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

 private:
  VirtualSpace& space_;
};

}  // namespace Atoll::os::arm64
