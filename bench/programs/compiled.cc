// The compiler's input: some of the library's larger headers, and templates of its own.

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

template <class Key, class Value>
std::vector<std::pair<Value, Key>> by_value(const std::map<Key, Value>& map) {
  std::vector<std::pair<Value, Key>> pairs;
  for (const auto& [key, value] : map) pairs.emplace_back(value, key);
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

template <int Depth>
struct Nested {
  using Type = std::tuple<typename Nested<Depth - 1>::Type, std::string, int>;
};

template <>
struct Nested<0> {
  using Type = std::unordered_map<std::string, std::vector<int>>;
};

template <int... Depths>
std::size_t sizes(std::integer_sequence<int, Depths...> /*depths*/) {
  return (sizeof(typename Nested<Depths>::Type) + ... + 0);
}

}  // namespace

std::size_t count_words(const std::string& text) {
  std::map<std::string, int> counts;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    ++counts[text.substr(at, end - at)];
    at = end + 1;
  }
  const auto pairs = by_value(counts);
  return std::accumulate(
      pairs.begin(), pairs.end(), sizes(std::make_integer_sequence<int, 40>()),
      [](std::size_t sum, const auto& pair) { return sum + pair.second.size(); });
}
