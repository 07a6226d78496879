// A board of bare arm64 without its processor: memory, page tables, and the address space that they
// make.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "os/arm64/frames.h"
#include "os/arm64/page_tables.h"
#include "os/arm64/virtual_space.h"
#include "tests/os/arm64/ram.h"

namespace Atoll::os::arm64 {

inline constexpr Range kBounds{
    Address(std::uint64_t{4} << 30),
    (std::uint64_t{1} << PageTables::kAddressBits) - (std::uint64_t{4} << 30)};

class Board final : public Walker {
 public:
  explicit Board(std::uint64_t ram_frames, std::size_t regions = 4096)
      : ram_(ram_frames), regions_(regions) {
    frames.init(ram_.range());
    all_ = frames.available();
    (void)tables.init();
    space.init(kBounds, regions_);
  }

  // Without the frame of the level 1 table.
  std::uint64_t frames_in_use() const { return all_ - 1 - frames.available(); }

  // Null if the access faults.
  unsigned char* at(Address address, bool is_write) {
    const std::optional<Translation> found = tables.walk(address);
    if (!found || (is_write && found->rights != Rights::kReadWrite)) return nullptr;
    return static_cast<unsigned char*>(found->physical.pointer());
  }

  void order() override {}
  void publish() override {}
  void forget(Range) override {}

  Frames frames;
  PageTables tables{frames, *this};
  VirtualSpace space{tables};

 private:
  Ram ram_;
  std::vector<sim::Region> regions_;
  std::uint64_t all_ = 0;
};

}  // namespace Atoll::os::arm64
