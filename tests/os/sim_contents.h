// Contents for simulated addresses.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "os/sim/backing.h"

namespace Atoll::os::test {

class SimContents final : public sim::Backing {
 public:
  explicit SimContents(std::uint64_t page_size) : page_size_(page_size) {}

  void ready(Range range) override {
    for (std::uint64_t offset = 0; offset < range.size; offset += page_size_) {
      pages_[(range.base + offset).value()].is_ready = true;
    }
  }
  void withheld(Range range) override {
    for_each(range, [](Page& page) { page.is_ready = false; });
  }
  void lost(Range range) override {
    for_each(range, [](Page& page) { page = Page(); });
  }

  std::optional<std::uint64_t> resident(Range range, std::uint64_t page_size) override {
    std::uint64_t bytes = 0;
    for_each(range, [&](const Page& page) { bytes += page.bytes.empty() ? 0 : page_size; });
    return bytes;
  }

  std::optional<std::uint8_t> read(Address address) {
    const Page* const page = find(address);
    if (page == nullptr) return std::nullopt;
    return page->bytes.empty() ? std::uint8_t{0} : page->bytes[offset_of(address)];
  }
  bool write(Address address, std::uint8_t byte) {
    Page* const page = find(address);
    if (page == nullptr) return false;
    page->bytes.resize(static_cast<std::size_t>(page_size_));
    page->bytes[offset_of(address)] = byte;
    return true;
  }

 private:
  struct Page {
    bool is_ready = false;
    std::vector<std::uint8_t> bytes;  // empty: zeroes
  };

  template <class Change>
  void for_each(Range range, Change change) {
    for (auto it = pages_.lower_bound(range.base.value());
         it != pages_.end() && it->first <= range.last().value(); ++it) {
      change(it->second);
    }
  }
  Page* find(Address address) {
    const auto it = pages_.find(address.aligned_down(page_size_).value());
    return it != pages_.end() && it->second.is_ready ? &it->second : nullptr;
  }
  std::size_t offset_of(Address address) const {
    return static_cast<std::size_t>(address.value() & (page_size_ - 1));
  }

  std::uint64_t page_size_;
  std::map<std::uint64_t, Page> pages_;
};

}  // namespace Atoll::os::test
