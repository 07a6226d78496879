// Linux as a system with mmap() (os/backend/mmap_os.h).
#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "os/backend/mmap_os.h"

namespace Atoll::os {

struct LinuxSystem {
  static std::uint64_t page_size();
  static void* map(void* where, std::size_t size, Access access, bool fixed);
  static bool make_ready(void* base, std::size_t size);
  static bool take_back(void* base, std::size_t size);
  static bool unmap(void* base, std::size_t size);
  static std::ptrdiff_t write(const void* bytes, std::size_t size);
  static int& error() { return errno; }

  static constexpr MmapErrors kErrors = {.not_permitted = EPERM,
                                         .access = EACCES,
                                         .again = EAGAIN,
                                         .invalid = EINVAL,
                                         .no_call = ENOSYS,
                                         .interrupted = EINTR};
  static constexpr MmapMeaning kMeanings[] = {
      // Not all of it is mapped.
      {ENOMEM, MmapCall::kTakeBack, Failure::kNotReserved},
      // Locked memory, or a kernel without the call.
      {EINVAL, MmapCall::kTakeBack, Failure::kUnsupported},
  };
};

}  // namespace Atoll::os
