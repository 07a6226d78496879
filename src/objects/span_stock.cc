#include "src/objects/span_stock.h"

namespace Atoll::objects {

using pages::Span;

Span* SpanStock::take(std::uint64_t npages) {
  if (bytes_ == 0) return nullptr;
  List<Span>& list = lists_[list_of(npages)];
  Span* span = list.first();
  while (span != nullptr && span->npages != npages) span = span->next;
  if (span == nullptr) return nullptr;
  list.remove(span);
  bytes_ -= span->bytes();
  // Whoever had it wrote to it.
  span->needs_zero = true;
  return span;
}

void SpanStock::put(pages::PageHeap& pages, List<Span>& spans, std::uint64_t most_bytes) {
  List<Span> long_ones;
  while (!spans.empty()) {
    Span* const span = spans.first();
    // A long one is worth asking for, and would leave little room for others.
    if (span->bytes() > most_bytes / 8) {
      spans.remove(span);
      long_ones.push_front(span);
      continue;
    }
    if (bytes_ + span->bytes() > most_bytes) (void)flush(pages);
    spans.remove(span);
    pages.map().set_records(*span, 0);
    lists_[list_of(span->npages)].push_front(span);
    bytes_ += span->bytes();
  }
  pages.free(long_ones);
}

bool SpanStock::flush(pages::PageHeap& pages) {
  if (bytes_ == 0) return false;
  bytes_ = 0;
  for (List<Span>& list : lists_) pages.free(list);
  return true;
}

}  // namespace Atoll::objects
