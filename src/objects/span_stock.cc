#include "src/objects/span_stock.h"

namespace Atoll::objects {

using pages::Span;

Span* SpanStock::take(std::uint64_t npages) {
  if (empty()) return nullptr;
  List<Span>& list = lists_[list_of(npages)];
  Span* span = list.first();
  while (span != nullptr && span->npages != npages) span = span->next;
  if (span == nullptr) return nullptr;
  list.remove(span);
  add(-span->bytes());
  // Its last user may have written to it.
  span->needs_zero = true;
  return span;
}

void SpanStock::put(pages::ArenaMap& map, List<Span>& spans, std::uint64_t most_bytes,
                    List<Span>& surplus) {
  while (!spans.empty()) {
    Span* const span = spans.first();
    if (span->bytes() > most_bytes / policy::kStockedFraction) {
      spans.remove(span);
      surplus.push_front(span);
      continue;
    }
    if (bytes_.load(std::memory_order_relaxed) + span->bytes() > most_bytes) (void)flush(surplus);
    spans.remove(span);
    map.set_records(*span, pages::PageRecord());
    lists_[list_of(span->npages)].push_front(span);
    add(span->bytes());
  }
}

bool SpanStock::flush(List<Span>& surplus) {
  if (empty()) return false;
  bytes_.store(0, std::memory_order_relaxed);
  for (List<Span>& list : lists_) {
    while (Span* const span = list.first()) {
      list.remove(span);
      surplus.push_back(span);
    }
  }
  return true;
}

}  // namespace Atoll::objects
