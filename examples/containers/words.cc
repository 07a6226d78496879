#include "examples/containers/words.h"

#include <algorithm>
#include <cctype>

namespace Words {

void Index::add(std::string_view text) {
  Word word(words_.get_allocator());
  const auto finish = [&] {
    if (!word.empty()) ++words_[word];
    word.clear();
  };
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalpha(byte) != 0) {
      word += static_cast<char>(std::tolower(byte));
    } else {
      finish();
    }
  }
  finish();
}

std::pmr::vector<Count> Index::most_frequent(std::size_t most,
                                             std::pmr::memory_resource& resource) const {
  std::pmr::vector<Count> counts(&resource);
  counts.reserve(words_.size());
  for (const auto& [word, count] : words_) counts.push_back({word, count});
  std::sort(counts.begin(), counts.end(), [](const Count& a, const Count& b) {
    return a.count != b.count ? a.count > b.count : a.word < b.word;
  });
  if (counts.size() > most) counts.resize(most);
  return counts;
}

}  // namespace Words
