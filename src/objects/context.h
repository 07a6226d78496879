// What all parts of the object layer share: the heap around them.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>

#include "src/base/corruption.h"
#include "src/base/platform.h"
#include "src/objects/by_span_class.h"
#include "src/objects/size_table.h"
#include "src/objects/special.h"
#include "src/objects/tiny.h"
#include "src/pages/page_heap.h"

namespace Atoll::objects {

class Central;

struct Context {
  const Platform* platform = nullptr;
  pages::PageHeap* pages = nullptr;
  const SizeTable* sizes = nullptr;
  BySpanClass<Central> centrals;
  SpecialRecords specials;
  TinyTables tiny_tables;
  CorruptionHandler corruption_handler = nullptr;
  void* corruption_context = nullptr;

  // The heap profile. Functions may be null, and may not call the heap.
  std::uint64_t profile_rate = 0;
  void* (*on_sample)(void* context, void* object, std::uint64_t size) = nullptr;
  void (*on_sample_freed)(void* context, void* bucket) = nullptr;
  void* profile_context = nullptr;

  bool checks_every_free = false;
  std::uint64_t most_stocked = 0;  // bytes of empty spans that a cache keeps
  // Bytes by which all lists of all caches together may be longer than at first, and by which their
  // limits are.
  std::size_t most_listed = 0;
  std::atomic<std::size_t> listed_bytes{0};
  // For how many nanoseconds lists keep what is not used. The largest number: for ever.
  std::uint64_t list_delay = kForEver;
  static constexpr std::uint64_t kForEver = std::numeric_limits<std::uint64_t>::max();

  // Grows by one with every end of marking. A span with another number is still to be swept.
  std::atomic<std::uint32_t> sweep_generation{0};
  // Objects are born marked.
  std::atomic<bool> marking{false};
  // A mark phase has begun, ever: bits of marks may be set. Written while no other thread uses the
  // heap.
  bool may_have_marks = false;

  // What is freed must be known at once, and who allocates what: caches keep nothing.
  bool is_careful() const {
    return checks_every_free || profile_rate != 0 || marking.load(std::memory_order_relaxed);
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
    if (corruption_handler != nullptr) {
      corruption_handler(corruption_context, corruption);
    } else {
      die_of_corruption(platform->os, corruption);
    }
  }
};

}  // namespace Atoll::objects
