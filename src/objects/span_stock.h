// Empty spans that a cache keeps for the next one it needs, of whatever class, so that it need not
// ask the page heap, which all threads share.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "src/base/list.h"
#include "src/pages/page_heap.h"
#include "src/pages/span.h"
#include "src/policy.h"

namespace Atoll::objects {

// Under its cache's lock. To the page heap its spans are in use; they have no objects.
class SpanStock {
 public:
  constexpr SpanStock() = default;

  // Also without the lock: then it may have changed since.
  bool empty() const { return bytes_.load(std::memory_order_relaxed) == 0; }

  // A span of exactly `npages`, or null.
  pages::Span* take(std::uint64_t npages);

  // Keeps `spans`, with no more than `most_bytes` in all. Beyond that, everything is added to
  // `surplus`, which the caller gives back to the page heap when it holds no lock.
  void put(pages::ArenaMap& map, List<pages::Span>& spans, std::uint64_t most_bytes,
           List<pages::Span>& surplus);
  // The same for all that is here. False: there was nothing.
  bool flush(List<pages::Span>& surplus);

 private:
  // By their length in pages; all that are longer are on the first list.
  static constexpr std::size_t kLists = policy::kStockLists;
  void add(std::uint64_t bytes) {
    bytes_.store(bytes_.load(std::memory_order_relaxed) + static_cast<std::size_t>(bytes),
                 std::memory_order_relaxed);
  }
  static std::size_t list_of(std::uint64_t npages) {
    return npages < kLists ? static_cast<std::size_t>(npages) : 0;
  }

  std::array<List<pages::Span>, kLists> lists_{};
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace Atoll::objects
