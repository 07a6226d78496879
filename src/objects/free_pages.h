// Whole pages without an object in use, in one span.
#pragma once

#include <cstdint>

#include "os/base/address.h"
#include "src/pages/span.h"

namespace Atoll::objects {

// Pages of a span that no cache holds, with no object in use. Whoever has these has taken all
// objects that lie in them.
struct FreePages {
  // One bit for each page of the system's size, from `first` on.
  std::uint64_t mask = 0;
  pages::Span* span = nullptr;
  Address first;
  std::uint64_t page_size = 0;

  // Returns the mask of the pages that an object lies in.
  std::uint64_t pages_of(std::uint64_t index) const;
  // Calls visit(index) for each object that lies in the pages.
  template <typename Visit>
  void for_each_object(Visit visit) const {
    for (unsigned i = 0; mask != 0 && i < span->object_count; ++i) {
      if ((pages_of(i) & mask) != 0) visit(i);
    }
  }
};

}  // namespace Atoll::objects
