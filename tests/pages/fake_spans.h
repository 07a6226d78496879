// Spans without a heap, for tests that keep them in order.
#pragma once

#include <deque>

#include "src/pages/treap.h"

namespace Atoll::pages {

class FakeSpans {
 public:
  Span* make(std::uint64_t page, std::uint64_t npages) {
    TreapNode& node = nodes_.emplace_back();
    Span& span = spans_.emplace_back();
    span.base = Address(page * port::kPageSize);
    span.npages = npages;
    span.treap_node = &node;
    return &span;
  }

 private:
  std::deque<TreapNode> nodes_;
  std::deque<Span> spans_;
};

}  // namespace Atoll::pages
