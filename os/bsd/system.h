// The BSDs as systems with mmap() (os/backend/mmap_os.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/backend/mmap_os.h"
#include "os/bsd/libc.h"
#include "os/bsd/systems.h"

namespace Atoll::os {

inline constexpr MmapNumbers kBsdNumbers = {.none = bsd::kNone,
                                            .read_write = bsd::kReadWrite,
                                            .private_anonymous = bsd::kPrivateAnonymous,
                                            .fixed = bsd::kFixed};

struct BsdSystem : MmapCalls<&bsd::libc::mmap, &bsd::libc::mprotect, &bsd::libc::munmap,
                             &bsd::libc::write, kBsdNumbers> {
  static std::uint64_t page_size();
  static bool take_back(void* base, std::size_t size);
  static bool find_resident(void* base, std::size_t size, unsigned char* pages);
  static int& error() { return *bsd::libc::errno_location(); }

  static constexpr MmapErrors kErrors = {.not_permitted = bsd::error::kPermission,
                                         .access = bsd::error::kAccess,
                                         .again = bsd::error::kAgain,
                                         .invalid = bsd::error::kInvalid,
                                         .no_call = bsd::error::kNoSystemCall,
                                         .interrupted = bsd::error::kInterrupted};
  // The arguments are in order, so EINVAL means an invalid range; for a request, an invalid size.
  static constexpr MmapMeaning kMeanings[] = {
      {bsd::error::kInvalid, MmapCall::kMap, Failure::kNoMemory},
      {bsd::error::kInvalid, MmapCall::kMapFixed, Failure::kNotReserved},
      {bsd::error::kInvalid, MmapCall::kMakeReady, Failure::kNotReserved},
      {bsd::error::kNoMemory, MmapCall::kMakeReady,
       bsd::kSystem.protect_finds_holes ? Failure::kNotReserved : Failure::kNoMemory},
      {bsd::error::kFault, MmapCall::kTakeBack, Failure::kNotReserved},
      {bsd::error::kInvalid, MmapCall::kTakeBack, Failure::kNotReserved},
      {bsd::error::kNoMemory, MmapCall::kTakeBack, Failure::kNotReserved},
      {bsd::error::kInvalid, MmapCall::kUnmap, Failure::kNotReserved},
  };
};

}  // namespace Atoll::os
