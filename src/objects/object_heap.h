// The state that the caches and central lists of one heap share for its objects: its options,
// central lists and records, the number of caches, and pointers to the surroundings.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "src/base/corruption.h"
#include "src/base/platform.h"
#include "src/objects/by_span_class.h"
#include "src/objects/free_pages.h"
#include "src/objects/options.h"
#include "src/objects/size_table.h"
#include "src/objects/special.h"
#include "src/objects/tiny.h"
#include "src/pages/page_heap.h"
#include "src/policy.h"

namespace Atoll::objects {

class Cache;
class Central;

struct ObjectHeap {
  const Platform* platform = nullptr;
  pages::PageHeap* pages = nullptr;
  const SizeTable* sizes = nullptr;
  BySpanClass<Central> centrals;
  SpecialRecords specials;
  TinyTables tiny_tables;
  Options options;

  // Whether the system has refused memory for an ordinary request, and has not let the heap grow by
  // much since. Meanwhile lists keep as few objects as those of hundreds of threads, and caches
  // keep no large objects except at places that are open already (OwnLarge): a thread that sleeps
  // could not give them back when another one runs out of memory again.
  std::atomic<bool> is_short{false};
  std::atomic<std::size_t> pages_when_short{0};  // that the heap had mapped
  // Call when the system refused `npages`. A request for more than the heap has was only a try.
  void note_shortage(std::uint64_t npages) {
    const std::uint64_t mapped = pages->statistics().mapped;
    if (npages * port::kPageSize > mapped) return;
    pages_when_short.store(static_cast<std::size_t>(mapped / port::kPageSize),
                           std::memory_order_relaxed);
    is_short.store(true, std::memory_order_relaxed);
    set_limits(cache_count.load(std::memory_order_relaxed));
  }
  // Call when the page heap has served a request for pages.
  void note_pages() {
    if (is_short.load(std::memory_order_relaxed)) [[unlikely]]
      look_for_end_of_shortage();
  }
  void look_for_end_of_shortage();
  std::atomic<std::size_t> cache_count{0};

  // How often the limit of what each cache may keep on its own account is halved: once from 17
  // caches on, again from 33, and so on. A cache that has more already keeps it. So all caches
  // together keep no more than the first 16, and half as much again for every doubling of their
  // number.
  std::atomic<unsigned> crowding{0};
  // A list may take at least this many frees before the cache counts it again. Where there are
  // hundreds of caches the number is 0, because a large object that stays on a list keeps a span.
  std::atomic<std::int32_t> fewest_granted{policy::kFewestGranted};
  // Call under the owner's lock.
  void set_cache_count(std::uint64_t count) {
    cache_count.store(static_cast<std::size_t>(count), std::memory_order_relaxed);
    fewest_caches = std::min(fewest_caches, count);
    set_limits(count);
  }
  void set_limits(std::uint64_t count);
  // How many pages of freed large objects each cache may keep.
  std::atomic<std::size_t> most_large_pages{0};
  // The fewest caches that there have been since all gave back their large objects for this reason:
  // a cache that sleeps may keep what was its share then. So where there are more than twice as
  // many, all together may keep more than twice most_large_cached. Under the owner's lock.
  std::uint64_t fewest_caches = 0;
  bool is_large_due(std::uint64_t count) const {
    return options.most_large_cached != 0 && count > 2 * fewest_caches;
  }
  // Where there are many caches, each class is on trial with a cache at first: the cache takes
  // objects one by one, and frees all but a few at once, until it has used the class kTrialUses
  // times.
  bool is_on_trial(std::uint64_t uses) const {
    return uses < policy::kTrialUses &&
           crowding.load(std::memory_order_relaxed) >= policy::kTrialHalvings;
  }
  // How many objects a list may have before its cache asks for a share of most_listed. Where there
  // are few caches, a list always has room for some objects, however large they are.
  std::int32_t first_limit(unsigned span_class) const {
    const unsigned shift = crowding.load(std::memory_order_relaxed);
    const std::int32_t limit = sizes->limit(span_class);
    return shift == 0 ? limit
                      : sizes->objects_in(
                            {.bytes = policy::kOwnList.bytes >> shift, .fewest = 0, .most = limit},
                            span_class);
  }

  // Bytes by which the limits of all lists of all caches exceed their first limits.
  std::atomic<std::size_t> listed_bytes{0};
  std::size_t most_listed_now() const {
    if (is_short.load(std::memory_order_relaxed)) return 0;
    const unsigned halvings = crowding.load(std::memory_order_relaxed);
    return options.most_listed >> (halvings / policy::kHalvingsPerShare);
  }

  // True in the child of a fork while caches whose threads are gone may hold spans.
  std::atomic<bool> has_orphans{false};
  // Gives back spans of a class that orphans hold, and their stock: of the next orphan that has
  // some, or of all. kAll takes time proportional to the number of caches and spans, once for each
  // class. Returns false if there are no more.
  enum class Orphans : std::uint8_t { kNext, kAll };
  bool (*adopt_function)(void* owner, unsigned span_class, Orphans whose) = nullptr;
  // The caller holds no lock.
  bool adopt(unsigned span_class, Orphans whose) const {
    return has_orphans.load(std::memory_order_relaxed) && adopt_function(owner, span_class, whose);
  }
  void adopt_all(unsigned span_class) const { (void)adopt(span_class, Orphans::kAll); }

  // Gives the freed large objects of all caches to the page heap. The caller holds no lock.
  void (*give_back_large_function)(void* owner) = nullptr;
  void give_back_large() const {
    if (give_back_large_function != nullptr) give_back_large_function(owner);
  }

  // Gives the page heap all that is unused, except for the objects on the lists of other threads.
  // Takes time proportional to the number of caches and spans. The caller holds no lock.
  void (*give_back_unused_function)(void* owner) = nullptr;
  void give_back_unused() const {
    if (give_back_unused_function != nullptr) give_back_unused_function(owner);
  }

  // Calls `work` with a cache and one of its lists. If there is an owner, the thread is inside of
  // it meanwhile (src/heap/entry.h).
  using Work = void (*)(Cache& cache, ObjectHeap& heap, unsigned list);
  void (*inside_function)(void* owner, Cache& cache, unsigned list, Work work) = nullptr;
  void call_inside(Cache& cache, unsigned list, Work work) {
    if (inside_function != nullptr) {
      inside_function(owner, cache, list, work);
    } else {
      work(cache, *this, list);
    }
  }
  void* owner = nullptr;  // the Heap, for the functions above

  // Grows by one with every end of marking. A span with another number waits to be swept.
  std::atomic<std::uint32_t> sweep_generation{0};
  // While this is true, objects are born marked.
  std::atomic<bool> marking{false};
  // Whether a mark phase has ever begun: then mark bits may be set. Written while no other thread
  // uses the heap.
  bool may_have_marks = false;

  // Whether every free must take effect at once, and every allocation be seen: then caches keep
  // nothing.
  bool is_careful() const {
    return options.checked || options.profile_rate != 0 || marking.load(std::memory_order_relaxed);
  }

  // Whether a thread releases pages of spans now (Central::release_free_pages()).
  std::atomic<std::uint32_t> releases_pages{0};  // a word: some processors exchange no bytes
  // Pages that it released, and that the system then refused to give back. Objects in these pages
  // are taken, and nobody has them. For the thread that releases pages, or that is alone.
  struct Withheld {
    Central* central = nullptr;  // null: there are none
    FreePages pages;
    Range refused;
  } withheld;

  os::Os& os() const { return platform->os; }
  std::uint32_t generation() const { return sweep_generation.load(std::memory_order_relaxed); }

  // Reports corruption that was proven at `p`. `span` may be null.
  void report(CorruptionKind kind, const void* p, const pages::Span* span) const {
    Corruption corruption;
    corruption.kind = kind;
    corruption.pointer = platform->address(p);
    if (span != nullptr) {
      corruption.span = span->range();
      corruption.object_size = span->object_size;
    }
    if (options.corruption_handler != nullptr) {
      options.corruption_handler(options.corruption_context, corruption);
    } else {
      die_of_corruption(platform->os, corruption);
    }
  }
};

}  // namespace Atoll::objects
