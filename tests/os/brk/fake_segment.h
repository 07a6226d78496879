// A data segment inside a buffer.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include "os/base/address.h"
#include "os/brk/brk_space.h"

namespace Atoll::os {

class FakeSegment : public Segment {
 public:
  virtual ~FakeSegment() = default;

  static constexpr std::uint64_t kPage = 4096;
  static constexpr std::uint64_t kPages = 128;
  static constexpr unsigned char kForeign = 0xf0;

  Address end() override { return page(used_); }

  Address grow(std::uint64_t size) override {
    ++growths_;
    if (rivals_ != 0) {
      const std::uint64_t pages = rivals_;
      rivals_ = 0;
      grow_by_others(pages);
    }
    return take(size / kPage);
  }

  void yield() override {}

  // Somebody else takes pages: now, or while the next growth is under way.
  Address grow_by_others(std::uint64_t pages) {
    const Address base = take(pages);
    if (!base.is_null())
      std::memset(base.pointer(), kForeign, static_cast<std::size_t>(pages * kPage));
    return base;
  }
  void let_others_be_faster(std::uint64_t pages) { rivals_ = pages; }

  // Pages have numbers, from the segment's first page on.
  Address page(std::uint64_t n) const { return Address::of(memory_.data()) + n * kPage; }
  std::uint64_t number_of(Address a) const { return (a - page(0)) / kPage; }

  std::uint64_t pages_used() const { return used_; }
  std::uint64_t pages_left() const { return kPages - used_; }
  int growths() const { return growths_; }

 private:
  Address take(std::uint64_t pages) {
    if (pages > pages_left()) return Address();
    const Address base = page(used_);
    used_ += pages;
    return base;
  }

  alignas(kPage) std::array<unsigned char, kPage * kPages> memory_{};
  std::uint64_t used_ = 0;
  std::uint64_t rivals_ = 0;
  int growths_ = 0;
};

inline bool is_filled_with(Address base, std::uint64_t size, unsigned char value) {
  const auto* p = static_cast<const unsigned char*>(base.pointer());
  return std::all_of(p, p + size, [value](unsigned char c) { return c == value; });
}

}  // namespace Atoll::os
