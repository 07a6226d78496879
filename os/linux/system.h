// Linux as a system with mmap() (os/backend/mmap_os.h).
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "os/backend/c_errno.h"
#include "os/backend/mmap_os.h"

namespace Atoll::os {

inline constexpr MmapNumbers kLinuxNumbers = {.none = PROT_NONE,
                                              .read_write = PROT_READ | PROT_WRITE,
                                              .private_anonymous = MAP_PRIVATE | MAP_ANONYMOUS,
                                              .fixed = MAP_FIXED};

struct LinuxSystem : MmapCalls<&::mmap, &::mprotect, &::munmap, &::write, kLinuxNumbers>, CErrno {
  static std::uint64_t page_size();
  static bool take_back(void* base, std::size_t size);
  static bool find_resident(void* base, std::size_t size, unsigned char* pages);

  static constexpr MmapMeaning kMeanings[] = {
      // Not all of the range is mapped.
      {ENOMEM, MmapCall::kTakeBack, Failure::kNotReserved},
      // The memory is locked, or the kernel lacks the call.
      {EINVAL, MmapCall::kTakeBack, Failure::kUnsupported},
      // Not all of the range is mapped, or the kernel has no transparent huge pages.
      {ENOMEM, MmapCall::kAdvise, Failure::kNotReserved},
      {EINVAL, MmapCall::kAdvise, Failure::kUnsupported},
  };
};

}  // namespace Atoll::os
