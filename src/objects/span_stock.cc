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
  while (!spans.empty()) {
    Span* const span = spans.first();
    if (span->bytes() > most_bytes) break;
    if (bytes_ + span->bytes() > most_bytes) flush(pages);
    spans.remove(span);
    pages.map().set_records(span->range(), 0);
    lists_[list_of(span->npages)].push_front(span);
    bytes_ += span->bytes();
  }
  pages.free(spans);
}

void SpanStock::flush(pages::PageHeap& pages) {
  if (bytes_ == 0) return;
  bytes_ = 0;
  for (List<Span>& list : lists_) pages.free(list);
}

}  // namespace Atoll::objects
