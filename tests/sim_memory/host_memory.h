// Real memory behind simulated addresses, so that code above a simulated system can be run and not
// only asked for its decisions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "os/base/address.h"
#include "os/sim/backing.h"

namespace Atoll::test {

// Pages of this process, `bias` below the addresses they stand for. Whole ranges are mapped at once
// and cost nothing until they are touched. Ends the program, with a message, if something else in
// this process lies where the memory must be.
//
// Not thread safe, as the simulation is not. Linux only; the simulated pages are whole pages of
// this machine.
class HostMemory final : public os::sim::Backing {
 public:
  explicit HostMemory(std::uint64_t bias = 0) : bias_(bias) {}
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;
  // Unmaps everything.
  ~HostMemory();

  void ready(Range range) override;
  void withheld(Range range) override;
  void lost(Range range) override;
  // Asks this system, page by page.
  std::optional<std::uint64_t> resident(Range range, std::uint64_t page_size) override;

  // Memory that was taken from the system and not given back, readable or not.
  std::uint64_t bytes_mapped() const;
  std::size_t blocks() const { return blocks_.size(); }

  // Whether the place is still free in this process.
  static bool is_free(Range range, std::uint64_t bias);

 private:
  // Neighbours differ in `is_ready`; they do not overlap.
  struct Block {
    std::uint64_t size;
    bool is_ready;
  };
  // By address in this process.
  using Blocks = std::map<std::uint64_t, Block>;

  Range here(Range range) const { return {range.base - bias_, range.size}; }
  void cut_at(std::uint64_t place);
  void cut_out(Range place);
  void fill_gaps(Range place);
  void protect(Range place, bool is_ready);
  void merge_around(Range place);

  std::uint64_t bias_;
  Blocks blocks_;
};

}  // namespace Atoll::test
