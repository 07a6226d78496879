#include "src/objects/tiny_allocator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <random>
#include <vector>

namespace Atoll::objects {
namespace {

struct TinyPlace {
  alignas(16) std::array<std::byte, 16> bytes;
};

// A model of blocks and their words, as a span and its table have them, and of the objects in use.
class TinyModel {
 public:
  void allocate(unsigned bytes, unsigned alignment) {
    void* p = tiny_.put(bytes, alignment);
    if (p == nullptr) p = begin_block(bytes);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(p) % alignment, 0U);
    const auto place =
        static_cast<std::size_t>(static_cast<std::byte*>(p) - places_[0].bytes.data());
    ASSERT_LE(place % 16 + bytes, 16U);
    const auto above = objects_.lower_bound(place);
    ASSERT_TRUE(above == objects_.end() || place + bytes <= above->first) << "they overlap";
    ASSERT_TRUE(above == objects_.begin() ||
                std::prev(above)->first + std::prev(above)->second <= place)
        << "they overlap";
    objects_[place] = bytes;
    EXPECT_EQ(tiny_size(words_[place / 16].load(), static_cast<unsigned>(place % 16)), bytes);
  }

  void free_one(std::size_t which) {
    const auto object = std::next(objects_.begin(), static_cast<std::ptrdiff_t>(which));
    const std::size_t place = object->first;
    objects_.erase(object);
    const auto offset = static_cast<unsigned>(place % 16);
    const bool was_open = (words_[place / 16] & kTinyOpen) != 0;
    const TinyFree freed = free_tiny(words_[place / 16], offset);
    const bool is_last = !was_open && !has_objects(place / 16);
    ASSERT_EQ(freed, is_last ? TinyFree::kFinished : TinyFree::kFreed);
    if (is_last) take_back(place / 16);
    EXPECT_EQ(free_tiny(words_[place / 16], offset), TinyFree::kNone) << "freed twice";
  }

  void close() { take_back(tiny_.close()); }

  std::size_t object_count() const { return objects_.size(); }
  std::size_t block_count() const {
    return static_cast<std::size_t>(std::count(in_use_.begin(), in_use_.end(), true));
  }
  std::size_t open_count() const {
    return static_cast<std::size_t>(
        std::count_if(words_.begin(), words_.end(),
                      [](const TinyBlock& word) { return (word.load() & kTinyOpen) != 0; }));
  }

 private:
  static constexpr std::size_t kBlocks = 64;

  void* begin_block(unsigned bytes) {
    const auto block = static_cast<std::size_t>(std::find(in_use_.begin(), in_use_.end(), false) -
                                                in_use_.begin());
    in_use_[block] = true;
    take_back(tiny_.begin_block(places_[block].bytes.data(), words_[block], bytes));
    return places_[block].bytes.data();
  }
  void take_back(void* base) {
    if (base == nullptr) return;
    take_back(static_cast<std::size_t>(reinterpret_cast<TinyPlace*>(base) - places_.data()));
  }
  void take_back(std::size_t block) {
    EXPECT_TRUE(in_use_[block]);
    EXPECT_FALSE(has_objects(block)) << "an object in use is in it";
    EXPECT_EQ(words_[block].load(), 0U);
    in_use_[block] = false;
  }
  bool has_objects(std::size_t block) const {
    const auto first = objects_.lower_bound(block * 16);
    return first != objects_.end() && first->first < (block + 1) * 16;
  }

  TinyAllocator tiny_;
  std::vector<TinyPlace> places_ = std::vector<TinyPlace>(kBlocks);
  std::array<TinyBlock, kBlocks> words_{};
  std::array<bool, kBlocks> in_use_{};
  std::map<std::size_t, unsigned> objects_;  // bytes by place
};

TEST(TinyAllocator, DoesAsItsModelDoes) {
  std::mt19937 random(1);
  TinyModel model;
  for (unsigned step = 0; step < 5000 && !testing::Test::HasFailure(); ++step) {
    SCOPED_TRACE("step " + std::to_string(step));
    if (random() % 97 == 0) model.close();
    if (model.object_count() < 40 && random() % 2 == 0) {
      const unsigned alignment = 1U << random() % 4;
      const unsigned units = 16 / alignment - 1;
      model.allocate(std::min((1 + static_cast<unsigned>(random()) % units) * alignment, 15U),
                     alignment);
    } else if (model.object_count() != 0) {
      model.free_one(random() % model.object_count());
    }
    EXPECT_LE(model.open_count(), 1U);
    EXPECT_LE(model.block_count(), model.object_count() + 1);
  }
  while (model.object_count() != 0) model.free_one(0);
  model.close();
  EXPECT_EQ(model.block_count(), 0U);
}

TEST(TinyAllocator, KeepsTheBlockWithMoreRoomOpen) {
  std::array<TinyPlace, 3> places{};
  std::array<TinyBlock, 3> words{};
  TinyAllocator tiny;
  EXPECT_EQ(tiny.put(1, 1), nullptr);
  EXPECT_EQ(tiny.begin_block(&places[0], words[0], 8), nullptr);
  EXPECT_EQ(tiny.put(9, 1), nullptr);
  EXPECT_EQ(tiny.begin_block(&places[1], words[1], 9), nullptr) << "has less room";
  EXPECT_EQ(tiny.put(2, 2), places[0].bytes.data() + 8);
  EXPECT_EQ(tiny.put(8, 8), nullptr);
  // All objects of the first block are free when it is closed for another.
  EXPECT_EQ(free_tiny(words[0], 0), TinyFree::kFreed);
  EXPECT_EQ(free_tiny(words[0], 8), TinyFree::kFreed);
  EXPECT_EQ(tiny.begin_block(&places[2], words[2], 4), &places[0]);
  EXPECT_EQ(free_tiny(words[1], 0), TinyFree::kFinished) << "it was never open";
  EXPECT_EQ(tiny.close(), nullptr) << "an object is in use";
  EXPECT_EQ(tiny.close(), nullptr);
  EXPECT_EQ(free_tiny(words[2], 0), TinyFree::kFinished);
}

}  // namespace
}  // namespace Atoll::objects
