// The spans of one class that a cache holds.
//
// While a cache holds a span, only that cache changes its bits: its thread takes objects and puts
// them back under no other lock than the cache's own, which other threads hardly ever want, and
// without atomic read-modify-write operations. Objects that other threads free there wait on a list
// of the span, and the holder finds the span on `freed_by_others`.
//
// A cache goes on holding spans without free objects, for what its thread frees there later.
#pragma once

#include <atomic>
#include <cstdint>

#include "src/base/list.h"
#include "src/pages/page_record.h"
#include "src/pages/span.h"

namespace Atoll::objects {

struct HeldSpans {
  // Under the holder's lock, as are the links of held spans.
  List<pages::Span> usable;  // with free objects
  List<pages::Span> full;    // all bits are set
  std::uint32_t count = 0;   // of both
  // Spans with objects that others freed, under the lock of the central list.
  std::atomic<pages::Span*> freed_by_others{nullptr};

  // One usable span may stay even if it is empty, so that the cache need not fetch a new one soon.
  bool has_several_usable() const { return usable.first() != usable.last(); }

  bool has(const pages::Span& span) const {
    return span.holder.load(std::memory_order_relaxed) == this;
  }
};

// A cache as the holder of spans of a class. `record` becomes the record of their pages; it is
// empty if objects in them may not be freed the fast way.
struct Holder {
  HeldSpans& held;
  pages::PageRecord record;
};

}  // namespace Atoll::objects
