#include "src/stacks/stack_heap.h"

#include <new>
#include <optional>

#include "os/base/bits.h"
#include "src/stacks/stack_list.h"

namespace Atoll::stacks {

using pages::PageUse;
using pages::Span;
using pages::SpanState;

void StackHeap::init(const Platform& platform, pages::PageHeap& pages) {
  platform_ = &platform;
  pages_ = &pages;
  for (Pool& pool : pools_) new (&pool) Pool;
  new (&large_) LargeStacks;
  collecting_.store(false, std::memory_order_relaxed);
}

bool StackHeap::is_size(std::uint64_t bytes) const {
  return is_power_of_two(bytes) && bytes >= platform_->spec.fixed_stack;
}

void* StackHeap::allocate(StackCache* cache, std::uint64_t bytes) {
  if (!is_size(bytes)) return nullptr;
  const std::optional<unsigned> order = port::cached_stack_order(platform_->spec, bytes);
  if (!order) return allocate_large(bytes);
  if (cache == nullptr) {
    const LockGuard guard(pools_[*order].mutex, platform_->os);
    return take_from_pool(*order);
  }
  StackCache::Order& cached = cache->orders[*order];
  if (cached.list == nullptr) refill(cached, *order);
  if (cached.list == nullptr) return nullptr;
  cached.bytes -= bytes;
  return pop(&cached.list);
}

StackFree StackHeap::free(StackCache* cache, void* p, std::uint64_t bytes) {
  if (!is_size(bytes)) return StackFree::kNotAStack;
  const std::optional<unsigned> order = port::cached_stack_order(platform_->spec, bytes);
  if (!order) return free_large(p, bytes);
  if (cache == nullptr) {
    const LockGuard guard(pools_[*order].mutex, platform_->os);
    Span* const span = span_in_use(*order, p);
    if (span == nullptr) return StackFree::kNotAStack;
    give_to_pool(span, p);
    return StackFree::kOk;
  }
  StackCache::Order& cached = cache->orders[*order];
  if (!is_pooled(span_of_stack(p), p, *order) || is_on(cached.list, p)) {
    return StackFree::kNotAStack;
  }
  StackFree result = StackFree::kOk;
  const std::uint64_t limit = platform_->spec.stack_cache_size;
  if (cached.bytes >= limit) result = release(cached, *order, limit / 2);
  push(&cached.list, p);
  cached.bytes += bytes;
  return result;
}

StackFree StackHeap::flush(StackCache& cache) {
  StackFree result = StackFree::kOk;
  for (unsigned order = 0; order < kMaxStackOrders; ++order) {
    StackCache::Order& cached = cache.orders[order];
    if (cached.list != nullptr && release(cached, order, 0) != StackFree::kOk) {
      result = StackFree::kNotAStack;
    }
  }
  return result;
}

// The last one that comes from the pool is the first to leave the cache.
void StackHeap::refill(StackCache::Order& cached, unsigned order) {
  const LockGuard guard(pools_[order].mutex, platform_->os);
  while (cached.bytes < platform_->spec.stack_cache_size / 2) {
    void* const p = take_from_pool(order);
    if (p == nullptr) return;
    push(&cached.list, p);
    cached.bytes += stack_bytes(order);
  }
}

StackFree StackHeap::release(StackCache::Order& cached, unsigned order, std::uint64_t bytes) {
  const LockGuard guard(pools_[order].mutex, platform_->os);
  while (cached.bytes > bytes) {
    void* const p = cached.list;
    Span* const span = span_in_use(order, p);
    if (span == nullptr) {
      // It was freed twice: its link belongs to its other owner.
      cached = {nullptr, 0};
      return StackFree::kNotAStack;
    }
    cached.list = next_of(p);
    cached.bytes -= stack_bytes(order);
    give_to_pool(span, p);
  }
  return StackFree::kOk;
}

void* StackHeap::take_from_pool(unsigned order) {
  Pool& pool = pools_[order];
  Span* span = pool.spans.first();
  if (span == nullptr) {
    span = add_span(order);
    if (span == nullptr) return nullptr;
    pool.spans.push_front(span);
  }
  void* const p = pop(&span->free_stacks);
  ++span->stacks_in_use;
  if (span->free_stacks == nullptr) pool.spans.remove(span);
  return p;
}

// A span's stacks are handed out from the highest to the lowest.
Span* StackHeap::add_span(unsigned order) {
  const port::PortSpec& spec = platform_->spec;
  Span* const span = pages_->allocate(spec.stack_cache_size / spec.page_size, PageUse::kStacks);
  if (span == nullptr) return nullptr;
  span->stack_order = static_cast<std::uint8_t>(order);
  span->stacks_in_use = 0;
  span->free_stacks = nullptr;
  Address stack = span->base;
  do {
    push(&span->free_stacks, platform_->pointer(stack));
    stack = stack + stack_bytes(order);
  } while (stack < span->range().end());
  return span;
}

void StackHeap::give_to_pool(Span* span, void* p) {
  Pool& pool = pools_[span->stack_order];
  if (span->free_stacks == nullptr) pool.spans.push_front(span);
  push(&span->free_stacks, p);
  --span->stacks_in_use;
  if (span->stacks_in_use == 0 && !is_collecting()) {
    pool.spans.remove(span);
    pages_->free(span);
  }
}

// Null if `p` cannot be a stack of that order that is in use, or in a cache.
Span* StackHeap::span_in_use(unsigned order, const void* p) const {
  Span* const span = span_of_stack(p);
  return is_pooled(span, p, order) && span->stacks_in_use != 0 ? span : nullptr;
}

// Null if no span of stacks holds `p`, which may be any pointer.
Span* StackHeap::span_of_stack(const void* p) const {
  const Address address = platform_->address(p);
  Span* const span = pages_->map().span_of(address);
  if (span == nullptr || span->state.load(std::memory_order_acquire) != SpanState::kManual) {
    return nullptr;
  }
  return span->range().contains(address) ? span : nullptr;
}

bool StackHeap::is_pooled(const Span* span, const void* p, unsigned order) const {
  if (span == nullptr || span->stack_order != order) return false;
  return is_multiple_of(platform_->address(p) - span->base, stack_bytes(order));
}

void* StackHeap::allocate_large(std::uint64_t bytes) {
  const std::uint64_t npages = bytes / platform_->spec.page_size;
  Span* span = take_free_large(npages);
  if (span == nullptr) {
    span = pages_->allocate(npages, PageUse::kStacks);
    if (span == nullptr) return nullptr;
    span->stack_order = kLargeStack;
    span->stacks_in_use = 1;
    span->free_stacks = nullptr;
  }
  return platform_->pointer(span->base);
}

Span* StackHeap::take_free_large(std::uint64_t npages) {
  const LockGuard guard(large_.mutex, platform_->os);
  List<Span>& list = large_.lists[port::large_stack_index(platform_->spec, npages)];
  Span* const span = list.first();
  if (span == nullptr) return nullptr;
  list.remove(span);
  span->stacks_in_use = 1;
  return span;
}

StackFree StackHeap::free_large(void* p, std::uint64_t bytes) {
  const LockGuard guard(large_.mutex, platform_->os);
  Span* const span = span_of_stack(p);
  const bool is_ours = span != nullptr && span->stack_order == kLargeStack &&
                       span->base == platform_->address(p) && span->bytes() == bytes &&
                       span->stacks_in_use == 1;
  if (!is_ours) return StackFree::kNotAStack;
  span->stacks_in_use = 0;
  if (is_collecting()) {
    large_.lists[port::large_stack_index(platform_->spec, span->npages)].push_front(span);
  } else {
    pages_->free(span);
  }
  return StackFree::kOk;
}

void StackHeap::set_collecting(bool collecting) {
  collecting_.store(collecting, std::memory_order_relaxed);
  if (!collecting) free_empty();
}

void StackHeap::free_empty() {
  for (Pool& pool : pools_) free_empty_of(pool);
  const LockGuard guard(large_.mutex, platform_->os);
  for (List<Span>& list : large_.lists) {
    while (Span* const span = list.first()) {
      list.remove(span);
      pages_->free(span);
    }
  }
}

void StackHeap::free_empty_of(Pool& pool) {
  const LockGuard guard(pool.mutex, platform_->os);
  for (Span* span = pool.spans.first(); span != nullptr;) {
    Span* const next = span->next;
    if (span->stacks_in_use == 0) {
      pool.spans.remove(span);
      pages_->free(span);
    }
    span = next;
  }
}

}  // namespace Atoll::stacks
