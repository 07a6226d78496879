// The spans of one class that a cache holds.
//
// While a span is held its bits are that cache's alone: its thread takes objects and puts them back
// under no other lock than the cache's own, which hardly anybody else wants, and without atomic
// operations. What other threads free there waits on a list of the span's, which the holder is told
// of.
//
// Spans stay held when they have no more free objects, for what their thread frees there later.
#pragma once

#include <atomic>
#include <cstdint>

#include "src/base/list.h"
#include "src/pages/page_record.h"
#include "src/pages/span.h"

namespace Atoll::objects {

struct HeldSpans {
  // Under the holder's lock, as are the spans' links while they are held.
  List<pages::Span> usable;  // with free objects
  List<pages::Span> full;    // all bits are set
  std::uint32_t count = 0;   // of both
  // Spans with objects that others freed, under the lock of the central list.
  std::atomic<pages::Span*> freed_by_others{nullptr};

  // One that is empty may stay, so that it need not be fetched again at once.
  bool has_several_usable() const { return usable.first() != usable.last(); }

  bool has(const pages::Span& span) const {
    return span.holder.load(std::memory_order_relaxed) == this;
  }
};

// A cache as the holder of spans of a class: `record` is what their pages' records become, empty
// if objects in them may not be freed the fast way.
struct Holder {
  HeldSpans& held;
  pages::PageRecord record;
};

}  // namespace Atoll::objects
