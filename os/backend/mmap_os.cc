#include "os/backend/mmap_os.h"

namespace Atoll::os {

[[gnu::cold]] Failure failure_of(MmapCall call, int code, const MmapErrors& errors,
                                 std::span<const MmapMeaning> meanings) {
  for (const MmapMeaning& meaning : meanings) {
    if (meaning.call == call && meaning.code == code) return meaning.failure;
  }
  if (code == errors.not_permitted || code == errors.access) return Failure::kDenied;
  if (code == errors.again) return Failure::kLockedLimit;
  if (code == errors.invalid) return Failure::kBadArgument;
  if (code == errors.no_call) return Failure::kUnsupported;
  return Failure::kNoMemory;
}

}  // namespace Atoll::os
