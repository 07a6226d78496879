// Empty spans that a cache keeps for the next one it needs, of whatever class, so that it need not
// ask the page heap, which all threads share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "src/base/list.h"
#include "src/pages/page_heap.h"
#include "src/pages/span.h"

namespace Atoll::objects {

// Used by one thread. To the page heap its spans are in use; they have no objects.
class SpanStock {
 public:
  constexpr SpanStock() = default;

  // A span of exactly `npages`, or null.
  pages::Span* take(std::uint64_t npages);

  // Keeps `spans`, with no more than `most_bytes` in all; beyond that, everything goes back.
  void put(pages::PageHeap& pages, List<pages::Span>& spans, std::uint64_t most_bytes);
  // Everything goes back. False: there was nothing.
  bool flush(pages::PageHeap& pages);

 private:
  // By their length in pages; all that are longer are on the first list.
  static constexpr std::size_t kLists = 16;
  static std::size_t list_of(std::uint64_t npages) {
    return npages < kLists ? static_cast<std::size_t>(npages) : 0;
  }

  std::array<List<pages::Span>, kLists> lists_{};
  std::uint64_t bytes_ = 0;
};

}  // namespace Atoll::objects
