// A page heap on a simulated system, with a record of all its calls.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "os/decorators/trace.h"
#include "os/sim/config.h"
#include "tests/pages/test_heap.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::pages {

using Lines = std::vector<std::string>;

constexpr port::PortSpec linux_amd64(port::Release release = port::Release::k1_11) {
  return port::spec(release, port::Goos::kLinux, port::Goarch::kAmd64);
}

class Traced {
 public:
  Traced(const os::sim::Config& config, const port::PortSpec& spec, const Options& options = {})
      : world(config, spec),
        trace(world.os(), records_),
        test(trace, spec, options),
        heap(test.heap) {
    EXPECT_TRUE(test.is_made);
  }

  Span* allocate(std::uint64_t bytes) { return heap.allocate(pages_for(bytes), PageUse::kObjects); }
  std::uint64_t gc_bytes() { return test.counters.get(MemoryKind::kGc); }

  // The calls since the last time, without the answers of alloc(), which may be anywhere.
  Lines calls() {
    Lines lines;
    for (const os::TraceRecord& record : trace.records()) {
      std::array<char, os::kTraceLine> line;
      std::string text(os::format(record, line));
      if (record.verb == os::Verb::kAlloc) text.resize(text.find(" -> "));
      lines.push_back(text);
    }
    trace.clear();
    return lines;
  }

 private:
  std::array<os::TraceRecord, 1024> records_;

 public:
  test::TouchableWorld world;
  os::TraceOs trace;
  TestHeap test;
  PageHeap& heap;
};

}  // namespace Atoll::pages
