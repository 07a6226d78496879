// The objects of one heap, as its caches and central lists share them: its options, its central
// lists and records, how many caches there are, and the way to what is around.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>

#include "src/base/corruption.h"
#include "src/base/platform.h"
#include "src/objects/by_span_class.h"
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

  // What each cache may keep on its own account is halved from 17 caches on, again from 33, and so
  // on: this often. A cache that has it already keeps it; so all of them together keep no more than
  // the first 16, and half as much again for every doubling of their number.
  std::atomic<unsigned> crowding{0};
  // How many frees a list may take, at least, before the cache counts it again. Where there are
  // hundreds of caches the number is 0, because a large object that stays on a list keeps a span.
  std::atomic<std::int32_t> fewest_granted{policy::kFewestGranted};
  void set_cache_count(std::uint64_t count) {
    const auto halvings =
        std::bit_width((std::max<std::uint64_t>(count, 1) - 1) / policy::kManyCaches);
    const unsigned most = std::min(static_cast<unsigned>(halvings), policy::kMostHalvings);
    crowding.store(most, std::memory_order_relaxed);
    fewest_granted.store(most == 0 ? policy::kFewestGranted : policy::kFewestGranted >> (most + 1),
                         std::memory_order_relaxed);
  }
  // Where there are many caches, each takes objects of a class one by one, and gives them back so,
  // until it has allocated and freed some. Only then its list keeps any.
  bool is_on_trial(std::uint64_t uses) const {
    return uses < policy::kTrialUses &&
           crowding.load(std::memory_order_relaxed) >= policy::kTrialHalvings;
  }
  // How many objects a list may have before its cache asks for more than its own share. Few caches'
  // lists have always room for some, however large they are.
  std::int32_t first_limit(unsigned span_class) const {
    const unsigned shift = crowding.load(std::memory_order_relaxed);
    const std::int32_t limit = sizes->limit(span_class);
    return shift == 0 ? limit
                      : sizes->objects_in(
                            {.bytes = policy::kOwnList.bytes >> shift, .fewest = 0, .most = limit},
                            span_class);
  }

  // Bytes by which all lists of all caches together may be longer than at first, and by which their
  // limits are.
  std::atomic<std::size_t> listed_bytes{0};
  std::size_t most_listed_now() const {
    const unsigned halvings = crowding.load(std::memory_order_relaxed);
    return options.most_listed >> (halvings / policy::kHalvingsPerShare);
  }

  // In the child of a fork: spans are held by caches whose threads are gone, of classes that were
  // not looked at since.
  std::atomic<bool> has_orphans{false};
  // Gives back those of a class: of the next such cache that has some, or of all, with what these
  // have in stock. That takes time proportional to the number of caches and spans, once for each
  // class. False: there are no more.
  enum class Orphans : std::uint8_t { kNext, kAll };
  bool (*adopt_function)(void* owner, unsigned span_class, Orphans whose) = nullptr;
  // Under no lock.
  bool adopt(unsigned span_class, Orphans whose) const {
    return has_orphans.load(std::memory_order_relaxed) && adopt_function(owner, span_class, whose);
  }
  void adopt_all(unsigned span_class) const { (void)adopt(span_class, Orphans::kAll); }

  // Does `work` with a cache and one of its lists. Where there is an owner, the thread is inside
  // of it meanwhile (src/heap/entry.h).
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

  // Grows by one with every end of marking. A span with another number is still to be swept.
  std::atomic<std::uint32_t> sweep_generation{0};
  // Objects are born marked.
  std::atomic<bool> marking{false};
  // A mark phase has begun, ever: bits of marks may be set. Written while no other thread uses the
  // heap.
  bool may_have_marks = false;

  // What is freed must be known at once, and who allocates what: caches keep nothing.
  bool is_careful() const {
    return options.checked || options.profile_rate != 0 || marking.load(std::memory_order_relaxed);
  }

  os::Os& os() const { return platform->os; }
  std::uint32_t generation() const { return sweep_generation.load(std::memory_order_relaxed); }

  // Tells of corruption that was proven at `p`. `span` may be null.
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
