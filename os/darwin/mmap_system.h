// macOS and iOS as systems with mmap() (os/backend/mmap_os.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/backend/mmap_os.h"
#include "os/darwin/system.h"

namespace Atoll::os {

inline constexpr MmapNumbers kDarwinNumbers = {
    .none = darwin::kProtectNone,
    .read_write = darwin::kProtectReadWrite,
    .private_anonymous = darwin::kMapPrivate | darwin::kMapAnonymous,
    .fixed = darwin::kMapFixed};

struct DarwinSystem : MmapCalls<&darwin::mmap, &darwin::mprotect, &darwin::munmap,
                                &darwin::write_file, kDarwinNumbers> {
  static std::uint64_t page_size();
  static bool take_back(void* base, std::size_t size);
  static bool find_resident(void* base, std::size_t size, unsigned char* pages);
  static int& error() { return *darwin::errno_place(); }

  static constexpr MmapErrors kErrors = {.not_permitted = darwin::kErrorNotPermitted,
                                         .access = darwin::kErrorAccess,
                                         .again = darwin::kErrorAgain,
                                         .invalid = darwin::kErrorInvalid,
                                         .no_call = darwin::kErrorNoCall,
                                         .interrupted = darwin::kErrorInterrupted};
  // Not all of the range is mapped: mprotect() reports that as ENOMEM, and madvise() as EINVAL,
  // since the advice and the arguments are valid.
  static constexpr MmapMeaning kMeanings[] = {
      {darwin::kErrorNoMemory, MmapCall::kMakeReady, Failure::kNotReserved},
      {darwin::kErrorInvalid, MmapCall::kTakeBack, Failure::kNotReserved},
  };
};

}  // namespace Atoll::os
