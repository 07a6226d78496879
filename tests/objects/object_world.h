// What the pieces of a thread's cache need around them: a page heap, and the central lists over it.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "os/os.h"
#include "src/objects/central.h"
#include "src/objects/class_cache.h"
#include "src/objects/context.h"
#include "src/port/native.h"
#include "tests/pages/test_heap.h"

namespace Atoll::objects {

// Reports of corruption are counted.
class ObjectWorld {
 public:
  explicit ObjectWorld(os::Os& os = os::native()) : pages(os, port::native_spec()) {
    EXPECT_TRUE(pages.is_made);
    sizes->init(pages.platform.spec, {});
    context.platform = &pages.platform;
    context.pages = &pages.heap;
    context.sizes = sizes.get();
    context.centrals = BySpanClass(centrals_->data());
    context.specials.init(pages.platform, pages.memory);
    context.tiny_tables.init(pages.platform, pages.memory);
    context.options.corruption_context = &reports;
    context.options.corruption_handler = [](void* all, const Corruption& corruption) {
      static_cast<std::vector<CorruptionKind>*>(all)->push_back(corruption.kind);
    };
  }

  pages::TestHeap pages;
  std::unique_ptr<SizeTable> sizes = std::make_unique<SizeTable>();
  Context context;
  std::vector<CorruptionKind> reports;

 private:
  std::unique_ptr<std::array<Central, kMaxSpanClasses>> centrals_ =
      std::make_unique<std::array<Central, kMaxSpanClasses>>();
};

using ClassCaches = std::array<ClassCache, kMaxSpanClasses>;

}  // namespace Atoll::objects
