// Empty spans that a cache keeps for the next one that it needs, of whatever class, so that it need
// not ask the page heap, which all threads share.
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

// Used under its cache's lock. The page heap counts these spans as in use; they have no objects.
class SpanStock {
 public:
  constexpr SpanStock() = default;

  // May be called without the lock; then the stock may have changed since.
  bool empty() const { return bytes_.load(std::memory_order_relaxed) == 0; }

  // Takes a span of exactly `npages`, or returns null.
  pages::Span* take(std::uint64_t npages);

  // Keeps `spans`, with at most `most_bytes` in all. A span that would exceed that first moves the
  // whole stock to `surplus`, and a span too long for the stock goes there itself. The caller gives
  // `surplus` back to the page heap when it holds no lock.
  void put(pages::ArenaMap& map, List<pages::Span>& spans, std::uint64_t most_bytes,
           List<pages::Span>& surplus);
  // Moves the whole stock to `surplus`. Returns false if it was empty.
  bool flush(List<pages::Span>& surplus);

 private:
  // By length in pages; the first list has all spans of kLists pages or more.
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
