// AArch64 without an operating system: the backend makes the address space itself, page by page.
//
// It is a target of its own, bare_arm64. Until the port table has a GOOS for it, the build sets
// -DATOLL_GOOS=kLinux -DATOLL_GOARCH=kArm64, which gives it the numbers of linux/arm64.
//
//   reserve   notes a region; its pages are in no table, so they fault
//   release   forgets the region
//   map       notes the state; Prepared pages fault as well
//   used      puts a zeroed frame of physical memory behind every page that has none
//   unused    gives the frames back; the pages fault
//   fault     does the same, and notes the state
//   alloc     notes a region and puts frames behind all of it
//   free      gives the frames back and forgets the region
//   resident  reads the page tables, and is exact: pages that are Ready have their frames
//   huge pages: only the program itself has any; the backend takes no wishes
//   write     semihosting: SYS_WRITE0
//   abort     semihosting: SYS_EXIT_EXTENDED with 134, as a shell reports SIGABRT
//   time      the virtual counter, CNTVCT_EL0
//   seed      the counter mixed with the host's clock (SYS_TIME)
//
// Everything is exact. Unlike on Linux, Ready memory has its frames already; a call on a range that
// is not in the right state fails with kNotReserved; and used() and alloc() change nothing if there
// is not enough memory.
//
// start.S and start.cc set up the machine, QEMU's `virt` (-M virt -cpu cortex-a72
// -semihosting-config enable=on,target=native -kernel PROGRAM), as follows:
//   - It runs at exception level 1 with MMU and caches on, pages of 4 KiB, 39 bits of address, and
//     everything below 2^39.
//   - The program and the rest of memory are at their physical addresses. Text is not writable,
//     constants and data are not executable, and a page that faults lies below each stack.
//   - Everything that the backend hands out lies above them, from 4 GiB on, so that neither 0 nor
//     an address cut to 32 bits is ever valid.
//   - A fault ends the program with a line on the console ("fault: store at 0x0, instruction
//     0x40204f08") and exit code 139.
//   - main() gets the command line as arguments, QEMU's exit code is what main() returns, and the
//     console is QEMU's standard error.
//
// There is one thread. The program uses no device and gets no interrupt.
#pragma once

#include <atomic>
#include <cstdint>

#include "os/arm64/virtual_space.h"
#include "os/os.h"

namespace Atoll::os::arm64 {

class Arm64Os final : public Os {
 public:
  // `space` must outlive this object, and be ready before the first call.
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
