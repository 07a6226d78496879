#include "src/objects/span_objects.h"

#include <gtest/gtest.h>

namespace Atoll::objects {
namespace {

// Checks every offset in a span of every size class, and offsets behind the last object.
TEST(Reciprocals, DivideAsDivisionDoes) {
  ObjectHeap heap;
  std::uint64_t reports = 0;
  Platform platform{os::native(), os::native().probe(), port::native_spec()};
  heap.platform = &platform;
  heap.options.corruption_context = &reports;
  heap.options.corruption_handler = [](void* count, const Corruption&) {
    ++*static_cast<std::uint64_t*>(count);
  };
  for (const port::Release release :
       {port::Release::k1_11, port::Release::k1_16, port::Release::k1_26}) {
    const port::SizeClassTable& table = port::size_classes(release);
    for (unsigned i = 1; i < table.count; ++i) {
      const std::uint64_t size = table.classes[i].size;
      Span span;
      span.base = Address(std::uint64_t{1} << 20);
      span.npages = table.classes[i].npages;
      span.object_size = size;
      span.object_count = static_cast<std::uint16_t>(span.bytes() / size);
      span.reciprocal = reciprocal_of(size);
      std::uint64_t expected_reports = 0;
      reports = 0;
      for (std::uint64_t offset = 0; offset < span.bytes(); ++offset) {
        const Address address = span.base + offset;
        if (span.object_count > 1) {
          ASSERT_EQ(index_of(span, address), offset / size) << offset;
        }
        const bool begins = offset % size == 0 && offset / size < span.object_count;
        std::uint64_t index = 0;
        ASSERT_EQ(find_begin(heap, span, address, &index), begins) << size << " " << offset;
        ASSERT_EQ(index, offset / size);
        if (!begins) ++expected_reports;
      }
      EXPECT_EQ(reports, expected_reports);
    }
  }
}

TEST(Reciprocals, OfALargeObjectFindItsBeginOnly) {
  Span span;
  span.base = Address(std::uint64_t{1} << 20);
  span.npages = 100;
  span.object_size = span.bytes();
  span.object_count = 1;
  span.reciprocal = 1;
  ObjectHeap heap;
  Platform platform{os::native(), os::native().probe(), port::native_spec()};
  heap.platform = &platform;
  heap.options.corruption_handler = [](void*, const Corruption&) {};
  std::uint64_t index = 1;
  EXPECT_TRUE(find_begin(heap, span, span.base, &index));
  EXPECT_EQ(index, 0U);
  for (std::uint64_t offset = 1; offset < span.bytes(); offset += 7) {
    ASSERT_EQ(index_of(span, span.base + offset), 0U);
    ASSERT_FALSE(find_begin(heap, span, span.base + offset, &index));
  }
}

}  // namespace
}  // namespace Atoll::objects
