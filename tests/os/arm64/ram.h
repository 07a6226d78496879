// Physical memory for tests: memory of this process, in which a frame's address is its pointer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "os/arm64/frames.h"
#include "os/base/address.h"

namespace Atoll::os::arm64 {

inline constexpr std::uint64_t kPage = Frames::kBytes;

class Ram {
 public:
  // Filled with old contents, because the code must not rely on zeroes.
  explicit Ram(std::uint64_t frames)
      : bytes_(static_cast<std::size_t>((frames + 1) * kPage), std::byte{0xd7}),
        range_{Address::of(bytes_.data()).aligned_up(kPage), frames * kPage} {}
  Ram(const Ram&) = delete;
  Ram& operator=(const Ram&) = delete;

  Range range() const { return range_; }

 private:
  std::vector<std::byte> bytes_;
  Range range_;
};

inline bool is_filled_with(Address page, unsigned char value) {
  const auto* bytes = static_cast<const unsigned char*>(page.pointer());
  for (std::uint64_t i = 0; i < kPage; ++i) {
    if (bytes[i] != value) return false;
  }
  return true;
}

inline void fill(Address page, unsigned char value) {
  std::memset(page.pointer(), value, static_cast<std::size_t>(kPage));
}

}  // namespace Atoll::os::arm64
