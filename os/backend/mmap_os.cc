#include "os/backend/mmap_os.h"

#include <algorithm>
#include <array>

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

std::optional<std::uint64_t> count_resident(Range range, std::uint64_t page_size,
                                            FindResident find_resident) {
  // The buffer is on the stack, which may be small; with a smaller buffer, the calls cost more than
  // the pages.
  constexpr std::size_t kPages = 1024;
  // No answer has all of these bits.
  constexpr unsigned char kUntold = 0xff;
  std::array<unsigned char, kPages> told;
  std::uint64_t resident = 0;
  for (std::uint64_t done = 0; done < range.size;) {
    const std::uint64_t size = std::min(range.size - done, kPages * page_size);
    const auto pages = static_cast<std::size_t>(size / page_size);
    told[pages - 1] = kUntold;
    if (!find_resident((range.base + done).pointer(), static_cast<std::size_t>(size), told.data()))
      return std::nullopt;
    // The system filled in fewer bytes: an emulator runs on a kernel with larger pages.
    if (told[pages - 1] == kUntold) return std::nullopt;
    for (std::size_t i = 0; i < pages; ++i) resident += told[i] & 1U;
    done += size;
  }
  return resident * page_size;
}

}  // namespace Atoll::os
