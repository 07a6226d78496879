// Stacks over the system this program runs on, with any table of stack sizes.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "os/os.h"
#include "src/base/memory_kind.h"
#include "src/base/persistent_alloc.h"
#include "src/base/platform.h"
#include "src/pages/page_heap.h"
#include "src/port/port.h"
#include "src/stacks/stack_heap.h"

namespace Atoll::stacks {

// This build's own port, with the stack sizes of `table`: all that the stacks look at.
inline port::PortSpec with_stacks_of(const port::PortSpec& table) {
  port::PortSpec spec = port::native_spec();
  spec.fixed_stack = table.fixed_stack;
  spec.num_stack_orders = table.num_stack_orders;
  return spec;
}

class StackWorld {
 public:
  explicit StackWorld(const port::PortSpec& spec, os::Os& os = os::native())
      : platform_{os, os.probe(), spec} {
    memory_.init(platform_, counters_);
    EXPECT_TRUE(pages_.init(platform_, memory_));
    pages_.init_arenas();
    stacks_.init(platform_, pages_);
  }
  ~StackWorld() {
    EXPECT_EQ(problem(), "");
    pages_.release_all();
    memory_.release_all();
  }
  StackWorld(const StackWorld&) = delete;
  StackWorld& operator=(const StackWorld&) = delete;

  const port::PortSpec& spec() const { return platform_.spec; }
  StackHeap& stacks() { return stacks_; }
  pages::PageHeap& pages() { return pages_; }
  pages::Span* span_of(const void* p) { return pages_.map().span_of(platform_.address(p)); }
  std::uint64_t offset_in_span(const void* p) { return platform_.address(p) - span_of(p)->base; }

  std::uint64_t stack_bytes() { return pages_.statistics().stacks; }
  bool is_empty() {
    const pages::PageStatistics statistics = pages_.statistics();
    return statistics.stacks == 0 && statistics.spans_in_use == 0;
  }
  std::string problem() {
    const Line line = stacks_.check();
    return std::string((line.view().empty() ? pages_.check() : line).view());
  }
  std::string problem(const StackCache& cache) const {
    return std::string(stacks_.check(cache).view());
  }

 private:
  Platform platform_;
  MemoryCounters counters_;
  PersistentAlloc memory_;
  pages::PageHeap pages_;
  StackHeap stacks_;
};

}  // namespace Atoll::stacks
