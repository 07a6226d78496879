#include "src/pages/treap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "tests/pages/fake_spans.h"

namespace Atoll::pages {
namespace {

struct InOrder {
  bool operator()(const Span* a, const Span* b) const {
    return a->npages != b->npages ? a->npages < b->npages : a->base < b->base;
  }
};

TEST(Treap, AnswersAsASortedSetDoes) {
  for (const std::uint64_t seed : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}}) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<std::uint32_t>(seed) + 7);
    FakeSpans spans;
    std::vector<Span*> outside;
    for (std::uint64_t i = 0; i < 100; ++i) outside.push_back(spans.make(i, 1 + random() % 20));
    std::set<Span*, InOrder> model;
    Treap treap;
    treap.init(seed);
    for (int step = 0; step < 1500; ++step) {
      if (!outside.empty() && (model.empty() || random() % 2 == 0)) {
        std::swap(outside[random() % outside.size()], outside.back());
        treap.insert(outside.back());
        model.insert(outside.back());
        outside.pop_back();
      } else {
        auto it = model.begin();
        std::advance(it, random() % model.size());
        treap.remove(*it);
        ASSERT_FALSE(treap.contains(*it));
        outside.push_back(*it);
        model.erase(it);
      }
      ASSERT_TRUE(treap.is_sound());
      Span key;
      key.npages = random() % 22;
      key.base = Address(random() % 102 * port::kPageSize);
      const auto it = model.lower_bound(&key);
      ASSERT_EQ(treap.at_least(key.npages, key.base), it == model.end() ? nullptr : *it);
      ASSERT_EQ(treap.before(key.npages, key.base), it == model.begin() ? nullptr : *std::prev(it));
      ASSERT_EQ(treap.largest(), model.empty() ? nullptr : *model.rbegin());
      for (Span* span : model) ASSERT_TRUE(treap.contains(span));
    }
  }
}

TEST(Treap, StaysFlatWhenSpansComeInOrder) {
  constexpr std::uint64_t kSpans = 4096;
  FakeSpans spans;
  Treap treap;
  treap.init(1);
  std::vector<TreapNode*> nodes;
  for (std::uint64_t i = 0; i < kSpans; ++i) {
    Span* const span = spans.make(i, 1 + i);
    treap.insert(span);
    nodes.push_back(span->treap_node);
  }
  std::map<const TreapNode*, const TreapNode*> parent;
  for (const TreapNode* node : nodes) {
    parent[node->left] = node;
    parent[node->right] = node;
  }
  int deepest = 0;
  for (const TreapNode* node : nodes) {
    int depth = 1;
    for (auto it = parent.find(node); it != parent.end(); it = parent.find(it->second)) ++depth;
    deepest = std::max(deepest, depth);
  }
  EXPECT_GE(deepest, 12) << "a tree of so many nodes cannot be flatter";
  EXPECT_LE(deepest, 48);
}

TEST(Treap, ForgetsEverythingWithoutTouchingIt) {
  Treap treap;
  treap.init(1);
  {
    FakeSpans spans;
    for (std::uint64_t i = 0; i < 10; ++i) treap.insert(spans.make(i, 1));
  }
  treap.clear();
  EXPECT_EQ(treap.largest(), nullptr);
  EXPECT_TRUE(treap.is_sound());
}

}  // namespace
}  // namespace Atoll::pages
