// The example of containers: the words that it counts, and the place of its memory.
#include <gtest/gtest.h>

#include "examples/containers/words.h"

namespace Words {
namespace {

class WordsTest : public testing::Test {
 public:
  WordsTest() { EXPECT_EQ(heap_.init(Atoll::os::native()).view(), ""); }

 protected:
  std::string answer(std::size_t most) {
    std::string text;
    for (const Count& word : index_.most_frequent(most, resource_)) {
      text += std::string(word.word) + "=" + std::to_string(word.count) + " ";
    }
    return text;
  }

  Atoll::Heap heap_;
  Index index_{heap_};
  Atoll::MemoryResource resource_;
};

TEST_F(WordsTest, AreCountedWhateverTheirCase) {
  index_.add("The atoll and the sea; the SEA (and the reef).");
  index_.add("");
  index_.add("reef");
  EXPECT_EQ(answer(10), "the=4 and=2 reef=2 sea=2 atoll=1 ");
  EXPECT_EQ(answer(2), "the=4 and=2 ");
}

TEST_F(WordsTest, AreInTheIndexsHeapAndAnswersInTheResources) {
  index_.add(
      "a word that is much too long to be within a string itself: honorificabilitudinitatibus");
  const std::uint64_t before = heap_.statistics().heap_objects;
  const std::pmr::vector<Count> words = index_.most_frequent(100, resource_);
  EXPECT_EQ(words.size(), 13);
  EXPECT_EQ(heap_.statistics().heap_objects, before);
  EXPECT_TRUE(Atoll::process_heap()->find_object(words.data()));
  for (const Count& word : words) EXPECT_TRUE(heap_.find_object(word.word.data())) << word.word;
}

}  // namespace
}  // namespace Words
