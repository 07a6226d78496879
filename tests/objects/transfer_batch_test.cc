#include "src/objects/transfer_batch.h"

#include <gtest/gtest.h>

#include <array>

namespace Atoll::objects {
namespace {

TEST(TransferBatch, GivesAllThatWasAddedLastFirst) {
  std::array<FreeObject, 5> objects{};
  TransferBatch batch;
  EXPECT_EQ(batch.take().first, nullptr);
  for (unsigned turn = 0; turn < 3; ++turn) {
    EXPECT_TRUE(batch.empty());
    for (std::size_t i = 0; i < objects.size(); ++i) {
      EXPECT_EQ(batch.add(&objects[i]), static_cast<std::int32_t>(i + 1));
      EXPECT_FALSE(batch.empty());
    }
    EXPECT_EQ(batch.count(), 5);
    const Chain chain = batch.take();
    EXPECT_EQ(chain.count, 5U);
    const FreeObject* object = chain.first;
    for (std::size_t i = objects.size(); i-- > 0; object = object->next) {
      ASSERT_EQ(object, &objects[i]);
    }
    EXPECT_EQ(object, &end_of_list);
    EXPECT_EQ(batch.count(), 0);
  }
}

}  // namespace
}  // namespace Atoll::objects
