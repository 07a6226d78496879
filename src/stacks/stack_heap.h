// Allocates and frees stacks: stackalloc and stackfree of the book.
//
// A stack's size is a power of two. Small ones, FixedStack << order, are cut from spans of 32 KiB
// that wait in a pool for each order; a thread's cache stands in front of the pools and exchanges
// stacks with them in batches of 16 KiB. A large stack is a span of its own.
//
// While a collection runs, spans without a stack in use stay, because the collector may still look
// at them; otherwise they go back to the page heap at once.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "os/base/text.h"
#include "src/base/list.h"
#include "src/base/mutex.h"
#include "src/base/platform.h"
#include "src/pages/page_heap.h"
#include "src/pages/span.h"
#include "src/stacks/stack_cache.h"

namespace Atoll::stacks {

// Span::stack_order of a large stack.
inline constexpr std::uint8_t kLargeStack = 0xff;

enum class StackFree : std::uint8_t {
  kOk,
  kNotAStack,  // normally nothing has changed; see free()
};

// Thread safe, except init(). A thread takes its locks before the page heap's.
class StackHeap {
 public:
  constexpr StackHeap() = default;
  StackHeap(const StackHeap&) = delete;
  StackHeap& operator=(const StackHeap&) = delete;

  // stackinit: all pools are empty. (The heap makes its check, check_stack_cache_size().)
  // `platform` and `pages` must outlive this object. The caller may repeat init() once `pages` has
  // taken all its memory back.
  void init(const Platform& platform, pages::PageHeap& pages);

  // A stack of exactly `bytes`, not zeroed, at a multiple of the smaller of `bytes` and the page
  // size of the port. Null if there is no memory, or `bytes` is not a power of two or less than the
  // port's FixedStack. Without a cache a small stack comes from the pool directly.
  void* allocate(StackCache* cache, std::uint64_t bytes);

  // Takes back what allocate() gave for the same `bytes`, from any thread.
  //
  // kNotAStack: no span of stacks holds `p`, or `p` is not the beginning of a stack of this size,
  // or it is free already: it lies in this cache, or its span has no stack in use. It may also mean
  // that this call had to move stacks from the cache to a pool, and one of them was free already;
  // then `p` has been freed, and the other stacks of this size in the cache are lost, because their
  // links cannot be trusted. Any other double free goes unnoticed.
  StackFree free(StackCache* cache, void* p, std::uint64_t bytes);

  // Gives all stacks of a cache to the pools, for a thread that ends. kNotAStack: one of them was
  // free already, and some may be lost, as above. The cache is empty in any case.
  StackFree flush(StackCache& cache);

  // Whether a collection runs. set_collecting(false) includes free_empty().
  void set_collecting(bool collecting);
  // Gives spans without a stack in use back to the page heap.
  void free_empty();

  // Calls `visit` with each lock, in the order in which one thread may take them all.
  template <typename Visit>
  void visit_locks(Visit visit) {
    for (Pool& pool : pools_) visit(pool.mutex);
    visit(large_.mutex);
  }

  // The first violated invariant, or an empty line. No other thread may use the heap meanwhile.
  Line check();
  Line check(const StackCache& cache) const;

 private:
  // The spans of one order that have a free stack.
  struct Pool {
    Mutex mutex;
    List<pages::Span> spans;
  };

  // Free large stacks by log2 of their pages, while a collection runs.
  struct LargeStacks {
    // One list more than bits in the greatest number of pages; see port::large_stack_index().
    static constexpr unsigned kLists = 64 - port::kPageShift + 1;
    Mutex mutex;
    std::array<List<pages::Span>, kLists> lists;
  };

  std::uint64_t stack_bytes(unsigned order) const { return platform_->spec.fixed_stack << order; }
  std::uint64_t capacity(unsigned order) const {
    return platform_->spec.stack_cache_size / stack_bytes(order);
  }
  bool is_size(std::uint64_t bytes) const;
  pages::Span* span_of_stack(const void* p) const;
  bool is_pooled(const pages::Span* span, const void* p, unsigned order) const;
  bool is_collecting() const { return collecting_.load(std::memory_order_relaxed); }

  // Under the pool's lock.
  void* take_from_pool(unsigned order);
  pages::Span* span_in_use(unsigned order, const void* p) const;
  void give_to_pool(pages::Span* span, void* p);
  pages::Span* add_span(unsigned order);
  void free_empty_of(Pool& pool);

  void refill(StackCache::Order& cached, unsigned order);
  // Moves stacks to the pool until at most `bytes` are left.
  StackFree release(StackCache::Order& cached, unsigned order, std::uint64_t bytes);

  void* allocate_large(std::uint64_t bytes);
  pages::Span* take_free_large(std::uint64_t npages);
  StackFree free_large(void* p, std::uint64_t bytes);

  Line check_pool(unsigned order);
  Line check_span(const pages::Span* span) const;

  const Platform* platform_ = nullptr;
  pages::PageHeap* pages_ = nullptr;
  std::array<Pool, kMaxStackOrders> pools_;
  LargeStacks large_;
  std::atomic<bool> collecting_{false};
};

}  // namespace Atoll::stacks
