// Counts words in a map whose nodes are in a heap of Atoll.
#include <atoll.hpp>
#include <functional>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

using Text = std::basic_string<char, std::char_traits<char>, Atoll::Allocator<char>>;
using Node = std::pair<const Text, int>;

int main() {
  std::istringstream input("the heap and the stack and the rest");
  std::map<Text, int, std::less<>, Atoll::Allocator<Node>> counts;
  Text word;
  while (input >> word) ++counts[word];
  for (const auto& [text, count] : counts) std::cout << text << ' ' << count << '\n';
  return counts["the"] == 3 ? 0 : 1;
}
