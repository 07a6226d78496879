// A page heap with everything that it needs, which gives everything back.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "src/pages/page_heap.h"
#include "src/pages/page_record.h"

namespace Atoll::pages {

// A record of some cache.
inline constexpr PageRecord kRecord(CacheNumber().next(), 16);

class TestHeap {
 public:
  TestHeap(os::Os& os, const port::PortSpec& spec, const Options& options = {})
      : platform{os, os.probe(), spec} {
    memory.init(platform, counters, geometry_of(platform.spec, options.is_sparing));
    is_made = heap.init(platform, memory, &counters, options);
    heap.init_arenas();
  }
  TestHeap(const TestHeap&) = delete;
  TestHeap& operator=(const TestHeap&) = delete;
  ~TestHeap() { end(); }

  void end() {
    if (has_ended_) return;
    has_ended_ = true;
    heap.release_all();
    memory.release_all();
    for (std::size_t i = 0; i < kMemoryKinds; ++i) {
      EXPECT_EQ(counters.get(static_cast<MemoryKind>(i)), 0U);
    }
  }

  std::string check() { return std::string(heap.check().view()); }
  std::string why() { return std::string(heap.last_failure().view()); }

  Platform platform;
  MemoryCounters counters;
  PersistentAlloc memory;
  PageHeap heap;
  bool is_made = false;

 private:
  bool has_ended_ = false;
};

}  // namespace Atoll::pages
