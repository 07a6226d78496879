// Any system that has POSIX's calls and nothing better: the example of docs/PORTING.md, and the
// starting point of a port to a new system. No default target uses it.
//
//   memory and the console as on any system with mmap() (os/backend/mmap_os.h)
//   unused    mmap(READ|WRITE, fixed), which drops the old pages. POSIX has no advice that frees.
//   resident  unknown: POSIX has no mincore
//   huge pages: the backend takes no wishes
//   park      nanosleep for a moment, so unpark has nobody to wake. POSIX has no way to sleep on a
//             word of memory; a system that has one parks better.
//   random    the address of the stack, and the clock
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "os/backend/c_errno.h"
#include "os/backend/mmap_os.h"
#include "os/os.h"

namespace Atoll::os {

inline constexpr MmapNumbers kPosixNumbers = {.none = PROT_NONE,
                                              .read_write = PROT_READ | PROT_WRITE,
                                              .private_anonymous = MAP_PRIVATE | MAP_ANON,
                                              .fixed = MAP_FIXED};

struct PosixSystem : MmapCalls<&::mmap, &::mprotect, &::munmap, &::write, kPosixNumbers>, CErrno {
  static std::uint64_t page_size();
  static bool take_back(void* base, std::size_t size);
  static bool find_resident(void*, std::size_t, unsigned char*) { return false; }

  // Not all of the range is mapped.
  static constexpr MmapMeaning kMeanings[] = {
      {ENOMEM, MmapCall::kMakeReady, Failure::kNotReserved}};
};

class PosixOs final : public MmapOs<PosixSystem> {
 public:
  constexpr PosixOs() = default;

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
