// The invariants of pools and caches of stacks while no thread changes them.
#include "src/port/port.h"
#include "src/stacks/stack_heap.h"
#include "src/stacks/stack_list.h"

namespace Atoll::stacks {

using pages::Span;
using pages::SpanState;

namespace {

[[gnu::cold]] Line about(const char* what, const Span* span) {
  Line line;
  line << "stacks: " << what << ": span at " << span->base;
  return line;
}

}  // namespace

[[gnu::cold]] Line StackHeap::check() {
  for (unsigned order = 0; order < kMaxStackOrders; ++order) {
    Line line = check_pool(order);
    if (!line.view().empty()) return line;
  }
  for (unsigned i = 0; i < large_.lists.size(); ++i) {
    for (const Span* span = large_.lists[i].first(); span != nullptr; span = span->next) {
      if (span->stack_order != kLargeStack || span->stacks_in_use != 0 ||
          port::large_stack_index(platform_->spec, span->npages) != i) {
        return about("not a free large stack on a list of such", span);
      }
    }
  }
  const LockGuard guard(pages_->lock(), platform_->os);
  for (std::uint64_t i = 0; i < pages_->span_count(); ++i) {
    const Span* const span = pages_->span(i);
    if (span->state.load(std::memory_order_relaxed) != SpanState::kManual) continue;
    Line line = check_span(span);
    if (!line.view().empty()) return line;
  }
  return {};
}

[[gnu::cold]] Line StackHeap::check_pool(unsigned order) {
  const List<Span>& spans = pools_[order].spans;
  const Span* previous = nullptr;
  for (const Span* span = spans.first(); span != nullptr; span = span->next) {
    if (span->list != &spans || span->previous != previous) return about("broken list", span);
    if (span->state.load(std::memory_order_relaxed) != SpanState::kManual) {
      return about("pool with a span that is not of stacks", span);
    }
    if (span->stack_order != order) return about("pool with stacks of another order", span);
    if (span->free_stacks == nullptr) return about("pool with a full span", span);
    if (span->stacks_in_use == 0 && !is_collecting()) return about("pool with an empty span", span);
    previous = span;
  }
  return {};
}

// Of a span of stacks, wherever it is.
[[gnu::cold]] Line StackHeap::check_span(const Span* span) const {
  const unsigned order = span->stack_order;
  if (order == kLargeStack) {
    const bool is_listed = span->list != nullptr;
    if (span->stacks_in_use != (is_listed ? 0U : 1U)) return about("large stack's count", span);
    if (is_listed && !is_collecting()) return about("large free stack is kept", span);
    return {};
  }
  if (order >= kMaxStackOrders) return about("no such order", span);
  if (span->bytes() != platform_->spec.stack_cache_size) return about("bad size", span);
  std::uint64_t free_count = 0;
  std::uint64_t seen = 0;  // a bit for each stack
  for (const void* p = span->free_stacks; p != nullptr; p = next_of(p)) {
    if (span_of_stack(p) != span || !is_pooled(span, p, order)) {
      return about("free stack that is not of the span", span);
    }
    const std::uint64_t i = (platform_->address(p) - span->base) / stack_bytes(order);
    if ((seen >> i & 1) != 0) return about("stack that is free twice", span);
    seen |= std::uint64_t{1} << i;
    ++free_count;
  }
  if (free_count + span->stacks_in_use != capacity(order)) return about("bad count", span);
  if ((free_count != 0) != pools_[order].spans.contains(span)) {
    return about("with free stacks and in no pool, or full and in one", span);
  }
  return {};
}

[[gnu::cold]] Line StackHeap::check(const StackCache& cache) const {
  for (unsigned order = 0; order < kMaxStackOrders; ++order) {
    const StackCache::Order& cached = cache.orders[order];
    std::uint64_t bytes = 0;
    for (const void* p = cached.list; p != nullptr; p = next_of(p)) {
      bytes += stack_bytes(order);
      const Span* const span = span_of_stack(p);
      if (!is_pooled(span, p, order) || bytes > cached.bytes) {
        Line line;
        line << "stacks: bad cache of order " << order << " at " << platform_->address(p);
        return line;
      }
    }
    if (bytes != cached.bytes) {
      Line line;
      line << "stacks: cache of order " << order << " has " << bytes << " bytes and counts "
           << cached.bytes;
      return line;
    }
  }
  return {};
}

}  // namespace Atoll::stacks
