// A simulated operating system: implements the contract of os/os.h over an address space that is
// only data.
//
// It hands out addresses that nobody may touch (unless a Backing gives them contents), so tests can
// check an allocator's decisions for a 48-bit ppc64 with 64 KiB pages, or for a 32-bit kernel with
// 2 GiB, on any machine. It is stricter than a kernel: every transition that the contract does not
// allow fails, changes nothing and is counted, and the books show leaks.
//
// For tests. Not thread safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "os/os.h"
#include "os/sim/address_space.h"
#include "os/sim/config.h"

namespace Atoll::os::sim {

// A wish for huge pages, or against them.
struct Wish {
  Range range;
  HugePages wish = HugePages::kWanted;
};

class SimOs final : public Os {
 public:
  static constexpr std::size_t kRegions = 1024;
  static constexpr std::size_t kOutput = 1024;

  explicit SimOs(const Config& config);
  // Uses this table of regions instead of the built-in one. When it is full, calls that need an
  // entry fail with kNoMemory.
  SimOs(const Config& config, std::span<Region> table);
  SimOs(const SimOs&) = delete;
  SimOs& operator=(const SimOs&) = delete;

  // --- The books. ---

  const AddressSpace& space() const { return space_; }
  // Bytes that are neither None nor obstacles: 0 when the user has given everything back.
  std::uint64_t bytes_held() const;
  std::uint64_t bytes_committed() const;
  std::uint64_t peak_bytes_held() const { return peak_held_; }
  // Calls of the memory verbs, including those that failed.
  std::uint64_t calls() const { return calls_; }
  // Calls that broke the contract: kBadArgument, kNotReserved, and parts or fault() where the
  // system does not support them.
  std::uint64_t misuses() const { return misuses_; }
  // The wishes that were accepted, and the last of them; nothing before the first.
  std::uint64_t wishes() const { return wishes_; }
  const std::optional<Wish>& latest_wish() const { return latest_wish_; }
  std::string_view output() const { return {output_.data(), output_size_}; }
  bool output_is_cut() const { return output_is_cut_; }
  // The current end of a linear segment.
  Address linear_end() const { return linear_end_; }

  // --- Settings that may change while it runs. Memory that was handed out stays. ---

  Config& config() { return config_; }
  // Somebody else maps memory, or gives it back. They return false if it is not free, or not
  // theirs.
  bool add_obstacle(Range range);
  bool remove_obstacle(Range range);
  // Somebody else extends the linear segment (wasm memory has more than one grower).
  bool grow_by_others(std::uint64_t size);
  void restart_calls() { calls_ = 0; }
  void set_time(std::uint64_t nanoseconds) { config_.time = nanoseconds; }
  // Runs what at_thread_exit() registered, as the end of the thread would.
  void end_thread();

  // --- Os ---

  Machine probe() override;
  std::uint64_t huge_page_size() override { return config_.huge_page_size; }
  bool decommit_zeroes() override { return config_.decommit_zeroes; }
  Allocation reserve(Address hint, std::uint64_t size) override;
  Status release(Address base, std::uint64_t size) override;
  Status map(Address base, std::uint64_t size) override;
  Status used(Address base, std::uint64_t size) override;
  Status unused(Address base, std::uint64_t size) override;
  Status fault(Address base, std::uint64_t size) override;
  Allocation alloc(std::uint64_t size) override;
  Status free(Address base, std::uint64_t size) override;
  std::optional<std::uint64_t> resident(Address base, std::uint64_t size) override;
  Status wish_huge_pages(Address base, std::uint64_t size, HugePages wish) override;
  void write(std::string_view text) override;
  [[noreturn]] void abort() override;
  std::uint64_t monotonic_nanoseconds() override;
  std::uint64_t random_seed() override;
  void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) override;
  void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) override;
  void yield() override;
  bool at_thread_exit(ThreadExitFunction function, void* argument) override;

 private:
  bool fails_by_plan() const;
  bool is_well_formed(Range range) const;
  Status misuse(Failure failure);
  Status begin(Range range, StateSet allowed);
  Status give_back(Range range, StateSet allowed);

  Allocation take(Address hint, std::uint64_t size, State state);
  Allocation answer_exactly(Address base, std::uint64_t size);
  void note_growth();

  std::uint64_t commit_left() const;
  std::uint64_t affordable_part(Range range) const;

  Config config_;
  std::array<Region, kRegions> table_;
  AddressSpace space_;
  Address linear_end_;
  std::uint64_t peak_held_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t misuses_ = 0;
  std::uint64_t wishes_ = 0;
  std::optional<Wish> latest_wish_;
  std::size_t answers_ = 0;
  std::array<char, kOutput> output_;
  std::size_t output_size_ = 0;
  bool output_is_cut_ = false;
  ThreadExitFunction exit_function_ = nullptr;
  void* exit_argument_ = nullptr;
};

}  // namespace Atoll::os::sim
