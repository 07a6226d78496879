// Counts words in containers whose memory is a heap of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory_resource>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/malloc/atoll.hpp"

namespace Words {

namespace atoll = Atoll;

using Word = std::basic_string<char, std::char_traits<char>, atoll::Allocator<char>>;

struct Count {
  std::string_view word;
  std::uint64_t count = 0;
};

class Index {
 public:
  explicit Index(atoll::Heap& heap) : words_(heap) {}

  // Words are letters; case does not matter.
  void add(std::string_view text);

  // The `most` most frequent, equally frequent ones by the alphabet. The answer is in memory of
  // `resource`; its words are the index's.
  std::pmr::vector<Count> most_frequent(std::size_t most,
                                        std::pmr::memory_resource& resource) const;

 private:
  std::map<Word, std::uint64_t, std::less<>, atoll::Allocator<std::pair<const Word, std::uint64_t>>>
      words_;
};

}  // namespace Words
