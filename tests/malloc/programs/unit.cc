// The file that compilers compile under the preloaded library, and that the test then runs.
#include <algorithm>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <numeric>
#include <regex>
#include <string>
#include <vector>

template <int kDepth>
struct Tree {
  Tree<kDepth - 1> left;
  Tree<kDepth - 1> right;
  static constexpr int kLeaves = 2 * Tree<kDepth - 1>::kLeaves;
};
template <>
struct Tree<0> {
  static constexpr int kLeaves = 1;
};

int main() {
  std::map<std::string, std::vector<std::unique_ptr<int>>> table;
  for (int i = 0; i < 5000; ++i) {
    table["key" + std::to_string(i % 97)].push_back(std::make_unique<int>(i));
  }
  long sum = 0;
  for (const auto& [key, values] : table) {
    sum += std::accumulate(values.begin(), values.end(), 0L,
                           [](long all, const auto& value) { return all + *value; });
  }
  const std::regex pattern("key(1|2)[0-9]");
  const auto matching = std::count_if(table.begin(), table.end(), [&](const auto& entry) {
    return std::regex_match(entry.first, pattern);
  });
  std::cout << sum << " " << matching << " " << Tree<12>::kLeaves << "\n";
}
