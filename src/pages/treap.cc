#include "src/pages/treap.h"

#include <tuple>

namespace Atoll::pages {
namespace {

using Key = std::tuple<std::uint64_t, Address>;

Key key(const Span* span) { return {span->npages, span->base}; }
Key key(const TreapNode* node) { return key(node->span); }

// Distributes the nodes of `tree` to the left and right of `node`.
void split_around(TreapNode* node, TreapNode* tree) {
  TreapNode** left = &node->left;
  TreapNode** right = &node->right;
  while (tree != nullptr) {
    if (key(tree) < key(node)) {
      *left = tree;
      left = &tree->right;
      tree = tree->right;
    } else {
      *right = tree;
      right = &tree->left;
      tree = tree->left;
    }
  }
  *left = *right = nullptr;
}

// Joins two trees; every node of `left` comes before every node of `right`.
void join(TreapNode** link, TreapNode* left, TreapNode* right) {
  while (left != nullptr && right != nullptr) {
    if (left->priority >= right->priority) {
      *link = left;
      link = &left->right;
      left = left->right;
    } else {
      *link = right;
      link = &right->left;
      right = right->left;
    }
  }
  *link = left != nullptr ? left : right;
}

}  // namespace

void Treap::init(std::uint64_t seed) {
  root_ = nullptr;
  random_ = static_cast<std::uint32_t>(seed ^ (seed >> 32)) | 1U;
}

// Marsaglia's xorshift: never 0, and good enough to keep a tree flat.
std::uint32_t Treap::random() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 17;
  random_ ^= random_ << 5;
  return random_;
}

void Treap::insert(Span* span) {
  TreapNode* const node = span->treap_node;
  node->span = span;
  node->priority = random();
  TreapNode** link = &root_;
  while (*link != nullptr && (*link)->priority >= node->priority) {
    link = key(span) < key(*link) ? &(*link)->left : &(*link)->right;
  }
  split_around(node, *link);
  *link = node;
}

void Treap::remove(Span* span) {
  TreapNode* const node = span->treap_node;
  TreapNode** link = &root_;
  while (*link != node) link = key(span) < key(*link) ? &(*link)->left : &(*link)->right;
  join(link, node->left, node->right);
  node->left = node->right = nullptr;
}

bool Treap::contains(const Span* span) const { return at_least(span->npages, span->base) == span; }

Span* Treap::at_least(std::uint64_t npages, Address base) const {
  Span* best = nullptr;
  for (const TreapNode* node = root_; node != nullptr;) {
    if (key(node) < Key{npages, base}) {
      node = node->right;
    } else {
      best = node->span;
      node = node->left;
    }
  }
  return best;
}

Span* Treap::largest() const {
  const TreapNode* node = root_;
  while (node != nullptr && node->right != nullptr) node = node->right;
  return node != nullptr ? node->span : nullptr;
}

Span* Treap::before(std::uint64_t npages, Address base) const {
  Span* best = nullptr;
  for (const TreapNode* node = root_; node != nullptr;) {
    if (key(node) < Key{npages, base}) {
      best = node->span;
      node = node->right;
    } else {
      node = node->left;
    }
  }
  return best;
}

namespace {

// Whether every node below is in place, between the spans `low` and `high`, if they are not null.
[[gnu::cold]] bool is_sound_below(const TreapNode* node, const Span* low, const Span* high) {
  if (node == nullptr) return true;
  const Span* const span = node->span;
  if (span == nullptr || span->treap_node != node) return false;
  if (low != nullptr && key(span) <= key(low)) return false;
  if (high != nullptr && key(span) >= key(high)) return false;
  for (const TreapNode* child : {node->left, node->right}) {
    if (child != nullptr && child->priority > node->priority) return false;
  }
  return is_sound_below(node->left, low, span) && is_sound_below(node->right, span, high);
}

}  // namespace

[[gnu::cold]] bool Treap::is_sound() const { return is_sound_below(root_, nullptr, nullptr); }

}  // namespace Atoll::pages
