#include "src/objects/by_span_class.h"

#include <gtest/gtest.h>

#include <array>

namespace Atoll::objects {
namespace {

TEST(BySpanClass, HasAPlaceForEachAndThoseWithoutPointersFirst) {
  std::array<unsigned, kMaxSpanClasses> elements{};
  const BySpanClass<unsigned> by_class(elements.data());
  EXPECT_EQ(by_class.end() - by_class.begin(), kMaxSpanClasses);
  for (unsigned i = 0; i < kMaxSpanClasses; ++i) {
    ++by_class[i];
    EXPECT_EQ(by_class.span_class_of(by_class[i]), i);
    EXPECT_EQ(&by_class[i] < &elements[port::kMaxSizeClasses], port::is_noscan(i));
  }
  for (const unsigned times : elements) EXPECT_EQ(times, 1U);
}

}  // namespace
}  // namespace Atoll::objects
