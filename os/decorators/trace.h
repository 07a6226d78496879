// Records every call of a memory verb, in storage that the caller provides.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "os/decorators/forward.h"
#include "os/decorators/verb.h"

namespace Atoll::os {

struct TraceRecord {
  Verb verb = Verb::kReserve;
  Address address;  // the hint of reserve, null for alloc, the old place of move
  std::uint64_t size = 0;
  Address result;  // the place that reserve or alloc returned, and the new place of move
  Status status;
  std::optional<std::uint64_t> bytes;  // what resident returned
  HugePages wish = HugePages::kWanted;
};

// Records are in the order in which the calls began. When the storage is full, this only counts
// further calls. Reading the records while other threads call is a race; counting is not.
class TraceOs final : public ForwardOs {
 public:
  TraceOs(Os& beneath, std::span<TraceRecord> storage) : ForwardOs(beneath), storage_(storage) {}

  std::span<const TraceRecord> records() const;
  std::size_t overflow() const;
  void clear() { calls_.store(0, std::memory_order_relaxed); }

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

 private:
  TraceRecord* next(Verb verb, Address address, std::uint64_t size);

  std::span<TraceRecord> storage_;
  std::atomic<std::uint32_t> calls_{0};
};

// The length of the longest line.
inline constexpr std::size_t kTraceLine = 128;

// Formats one line without its end into `line`, and cuts it if that is too short:
//   reserve(0xc000000000, 64 MiB) -> 0xc000000000
//   reserve(null, 64 MiB) -> no memory (12)
//   map(0xc000000000, 64 MiB) -> ok
//   resident(0xc000000000, 64 MiB) -> 12 KiB
//   resident(0xc000000000, 64 MiB) -> unknown
//   wish_huge_pages(0xc000000000, 64 MiB, unwanted) -> ok
std::string_view format(const TraceRecord& record, std::span<char> line);

}  // namespace Atoll::os
