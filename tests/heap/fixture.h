// A heap over this machine's own system, for tests that use it like a program.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "src/heap/heap.h"

namespace Atoll::test {

// Remembers the reports of corruption.
struct Corruptions {
  std::vector<CorruptionKind> kinds;

  static void handle(void* context, const Corruption& corruption) {
    static_cast<Corruptions*>(context)->kinds.push_back(corruption.kind);
  }
};

inline std::string text(const Line& line) { return std::string(line.view()); }

// Initialises a heap with the options that the derived test passes, and checks it once more when
// the test ends.
class HeapTest : public testing::Test {
 protected:
  explicit HeapTest(HeapOptions options = {}) : options_(options) {
    options_.objects.corruption_handler = &Corruptions::handle;
    options_.objects.corruption_context = &corruptions_;
  }
  void SetUp() override { start_again(); }
  void TearDown() override {
    EXPECT_TRUE(corruptions_.kinds.empty()) << "corruption was told that no test looked at";
    EXPECT_EQ(text(heap_.check()), "");
  }

  // Makes a new heap with the current options. A test with a system of its own must end the heap
  // before that system.
  void start_again(os::Os& os = os::native()) {
    heap_.destroy();
    ASSERT_EQ(text(heap_.init(os, options_)), "");
  }

  // The number of objects in use, when everything has been swept.
  std::uint64_t objects() { return heap_.statistics().heap_objects; }
  bool holds(const void* p) { return bool(heap_.find_object(p)); }

  // Returns the reports since the last call.
  std::vector<CorruptionKind> take_corruptions() { return std::exchange(corruptions_.kinds, {}); }

  HeapOptions options_;
  Corruptions corruptions_;
  Heap heap_;
};

}  // namespace Atoll::test
