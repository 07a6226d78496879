// The processor's side of page tables, as eager as it may be: in every call it caches every table
// and page that it can find, and uses these entries until it must forget them. It reads the entries
// as the architecture defines them, not with the code under test.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <vector>

#include "os/arm64/page_tables.h"

namespace Atoll::os::arm64 {

class Processor final : public Walker {
 public:
  explicit Processor(const Frames& frames) : frames_(frames) {}

  // The processor looks only at `pages`, so only these may change.
  void start(Address root, std::vector<Address> pages) {
    root_ = root;
    pages_ = std::move(pages);
    begin();
  }

  // Call this before and after every call that changes tables.
  void begin() {
    remember();
    may_be_free_ = frames_.available();
  }
  void end() { EXPECT_EQ(remembered_, found()) << "the processor goes on using what has changed"; }

  // What an access finds: the entry of the page.
  std::uint64_t entry(Address page) {
    const auto all = found();
    const auto it = all.find({3, page});
    return it == all.end() ? 0 : it->second;
  }

  void order() override { remember(); }
  void publish() override { remember(); }

  void forget(Range range) override {
    remember();
    EXPECT_LE(frames_.available(), may_be_free_) << "memory came back while it was still in use";
    const Memory now = found();
    for (auto it = remembered_.begin(); it != remembered_.end();) {
      const Range covered{it->first.base, std::uint64_t{1} << (12 + 9 * (3 - it->first.level))};
      const bool goes = covered.overlaps(range);
      if (goes && !now.contains(it->first)) ++may_be_free_;
      it = goes ? remembered_.erase(it) : std::next(it);
    }
    remember();
  }

 private:
  // An entry of level 1 or 2 that points to a table, or the leaf of a page as if it were of level
  // 3.
  struct Key {
    unsigned level;
    Address base;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  using Memory = std::map<Key, std::uint64_t>;

  static constexpr std::uint64_t kAddress = 0x0000'ffff'ffff'f000;
  static constexpr std::uint64_t kIgnoredInTables = 0xffc;

  Memory found() const {
    Memory all;
    for (const Address page : pages_) {
      Address table = root_;
      for (unsigned level = 1; level <= 3; ++level) {
        const unsigned shift = 12 + 9 * (3 - level);
        const auto* entries = static_cast<const std::uint64_t*>(table.pointer());
        const std::uint64_t entry = entries[(page.value() >> shift) & 511];
        if ((entry & 1) == 0) break;
        const Address base = page.aligned_down(std::uint64_t{1} << shift);
        if (level == 3 || (entry & 2) == 0) {
          all[{3, page}] = entry;
          break;
        }
        all[{level, base}] = entry & ~kIgnoredInTables;
        table = Address(entry & kAddress);
      }
    }
    return all;
  }

  void remember() {
    if (root_.is_null()) return;
    for (const auto& [key, entry] : found()) {
      const auto [it, is_new] = remembered_.try_emplace(key, entry);
      if (is_new) continue;
      EXPECT_EQ(it->second & kAddress, entry & kAddress) << "made before it was broken";
    }
  }

  const Frames& frames_;
  Address root_;
  std::vector<Address> pages_;
  Memory remembered_;
  std::uint64_t may_be_free_ = 0;
};

}  // namespace Atoll::os::arm64
