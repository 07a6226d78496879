// Structures that programs build from small blocks.

#include <cstdio>
#include <memory>
#include <string>
#include <unordered_map>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

struct Node {
  Node* left;
  Node* right;
  std::int64_t depth;
};

// From the bottom up, so that a node's neighbours in memory are its neighbours in the tree.
Node* build(int depth) {
  auto* const node = static_cast<Node*>(std::malloc(sizeof(Node)));
  if (node == nullptr) fail("out of memory");
  *node = {.left = nullptr, .right = nullptr, .depth = depth};
  if (depth > 0) {
    node->left = build(depth - 1);
    node->right = build(depth - 1);
  }
  return node;
}

// Frees the tree; how many nodes it had.
std::int64_t tear_down(Node* node, int depth) {
  if (node->depth != depth) fail("a tree changed");
  std::int64_t nodes = 1;
  if (depth > 0) nodes += tear_down(node->left, depth - 1) + tear_down(node->right, depth - 1);
  std::free(node);
  return nodes;
}

// A word of 4 to 40 letters.
std::string word(std::uint64_t number) {
  Random random(number);
  std::string letters(4 + random.below(37), ' ');
  for (char& letter : letters) letter = static_cast<char>('a' + random.below(26));
  return letters;
}

}  // namespace

void trees(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    constexpr int kLongLived = 16;
    constexpr int kShallow = 4;
    const std::int64_t count = run.count();
    lane.begin();
    Node* const long_lived = build(kLongLived);
    // Shallow trees often, deep ones rarely: the same number of nodes for each depth.
    for (int depth = kShallow; depth <= kLongLived; depth += 4) {
      const std::int64_t trees = (count >> (depth + 1)) + 1;
      for (std::int64_t i = 0; i < trees; ++i) {
        if (tear_down(build(depth), depth) != (2LL << depth) - 1) fail("a tree lost nodes");
      }
    }
    tear_down(long_lived, kLongLived);
    lane.end();
  });
}

void strings(Run& run) {
  run.on_lanes([&run](Lane& lane) {
    const auto words = static_cast<std::uint64_t>(run.count());
    const std::uint64_t distinct = words / 4 + 1;
    lane.begin();
    std::unordered_map<std::string, std::string> text_of;
    for (std::uint64_t i = 0; i < words; ++i) {
      const std::uint64_t number = lane.random().below(distinct);
      std::string& text = text_of[word(number)];
      // Lines that grow and are dropped, as in a cache of texts.
      text += word(i);
      if (text.size() > 128) text_of.erase(word(number));
    }
    std::uint64_t letters = 0;
    for (const auto& [key, text] : text_of) letters += key.size() + text.size();
    if (letters == 0) fail("the texts are lost");
    text_of.clear();
    lane.end();
  });
}

}  // namespace Atoll::bench
