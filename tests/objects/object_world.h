// The page heap and the object heap that a thread's cache uses.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "os/os.h"
#include "src/objects/central.h"
#include "src/objects/class_cache.h"
#include "src/objects/object_heap.h"
#include "src/port/native.h"
#include "tests/pages/test_heap.h"

namespace Atoll::objects {

// Keeps the reports of corruption.
class ObjectWorld {
 public:
  explicit ObjectWorld(os::Os& os = os::native()) : pages{os, port::native_spec()} {
    EXPECT_TRUE(pages.is_made);
    sizes->init(pages.platform.spec, {});
    heap.platform = &pages.platform;
    heap.pages = &pages.heap;
    heap.sizes = sizes.get();
    heap.centrals = BySpanClass(centrals_->data());
    heap.specials.init(pages.platform, pages.memory);
    heap.tiny_tables.init(pages.platform, pages.memory);
    heap.options.corruption_context = &reports;
    heap.options.corruption_handler = [](void* all, const Corruption& corruption) {
      static_cast<std::vector<CorruptionKind>*>(all)->push_back(corruption.kind);
    };
  }

  pages::TestHeap pages;
  std::unique_ptr<SizeTable> sizes = std::make_unique<SizeTable>();
  ObjectHeap heap;
  std::vector<CorruptionKind> reports;

 private:
  std::unique_ptr<std::array<Central, kMaxSpanClasses>> centrals_ =
      std::make_unique<std::array<Central, kMaxSpanClasses>>();
};

using ClassCaches = std::array<ClassCache, kMaxSpanClasses>;

}  // namespace Atoll::objects
