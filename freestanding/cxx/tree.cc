// The red-black trees of <map> and <set>: what their header declares and leaves to the library.
//
// A tree's header is a node too: its parent is the root (null: empty), its left and right are the
// first and the last node, and the root's parent is the header. The header is red, the root is
// black, and only so can they be told apart.

#include <bits/stl_tree.h>

#include <utility>

namespace std {
namespace {

using Node = _Rb_tree_node_base;

bool is_red(const Node* node) { return node != nullptr && node->_M_color == _S_red; }

bool is_header(const Node* node) {
  return is_red(node) && node->_M_parent != nullptr && node->_M_parent->_M_parent == node;
}

// The child on one side: the left one if `left`.
Node*& child(Node* node, bool left) { return left ? node->_M_left : node->_M_right; }

// The place that leads to `node`.
Node*& link_to(Node* node, Node& header) {
  if (header._M_parent == node) return header._M_parent;
  return child(node->_M_parent, node == node->_M_parent->_M_left);
}

// Lifts the child of `node` that is not on side `left` to the place of `node`, which goes down to
// that side.
void rotate(Node* node, bool left, Node& header) {
  Node* const lifted = child(node, !left);
  Node* const moved = child(lifted, left);
  link_to(node, header) = lifted;
  lifted->_M_parent = node->_M_parent;
  child(node, !left) = moved;
  if (moved != nullptr) moved->_M_parent = node;
  child(lifted, left) = node;
  node->_M_parent = lifted;
}

// The neighbour in order, on one side. Beyond the first or the last it is the header.
Node* neighbour(Node* node, bool left) {
  if (child(node, left) != nullptr) {
    node = child(node, left);
    while (child(node, !left) != nullptr) node = child(node, !left);
    return node;
  }
  for (;;) {
    Node* const parent = node->_M_parent;
    if (parent->_M_parent == node || child(parent, !left) == node) return parent;
    node = parent;
  }
}

// `a` is above `b` in the tree; each gets the other's place and colour.
void exchange(Node* a, Node* b, Node& header) {
  Node*& to_a = link_to(a, header);
  Node*& to_b = link_to(b, header);
  const bool are_neighbours = b->_M_parent == a;
  to_a = b;
  if (!are_neighbours) to_b = a;
  std::swap(a->_M_color, b->_M_color);
  std::swap(a->_M_left, b->_M_left);
  std::swap(a->_M_right, b->_M_right);
  std::swap(a->_M_parent, b->_M_parent);
  if (are_neighbours) {
    a->_M_parent = b;
    // The swap made b its own child, in the place where it was below a.
    if (b->_M_left == b) b->_M_left = a;
    if (b->_M_right == b) b->_M_right = a;
  }
  for (Node* const node : {a, b}) {
    if (node->_M_left != nullptr) node->_M_left->_M_parent = node;
    if (node->_M_right != nullptr) node->_M_right->_M_parent = node;
  }
}

// Below `parent` on side `left` hangs `node` (or nothing), with one black node too few on the way.
void restore_blackness(Node* node, Node* parent, bool left, Node& header) {
  while (parent != &header && !is_red(node)) {
    Node* sibling = child(parent, !left);
    if (is_red(sibling)) {
      sibling->_M_color = _S_black;
      parent->_M_color = _S_red;
      rotate(parent, left, header);
      sibling = child(parent, !left);
    }
    if (is_red(child(sibling, left)) || is_red(child(sibling, !left))) {
      if (!is_red(child(sibling, !left))) {
        child(sibling, left)->_M_color = _S_black;
        sibling->_M_color = _S_red;
        rotate(sibling, !left, header);
        sibling = child(parent, !left);
      }
      sibling->_M_color = parent->_M_color;
      parent->_M_color = _S_black;
      child(sibling, !left)->_M_color = _S_black;
      rotate(parent, left, header);
      return;
    }
    sibling->_M_color = _S_red;
    node = parent;
    parent = node->_M_parent;
    left = node == parent->_M_left;
  }
  if (node != nullptr) node->_M_color = _S_black;
}

}  // namespace

Node* _Rb_tree_increment(Node* node) noexcept { return neighbour(node, false); }

const Node* _Rb_tree_increment(const Node* node) noexcept {
  return neighbour(const_cast<Node*>(node), false);
}

Node* _Rb_tree_decrement(Node* node) noexcept {
  return is_header(node) ? node->_M_right : neighbour(node, true);
}

const Node* _Rb_tree_decrement(const Node* node) noexcept {
  return _Rb_tree_decrement(const_cast<Node*>(node));
}

void _Rb_tree_insert_and_rebalance(const bool left, Node* node, Node* parent,
                                   Node& header) noexcept {
  node->_M_parent = parent;
  node->_M_left = nullptr;
  node->_M_right = nullptr;
  node->_M_color = _S_red;
  if (parent == &header) {
    header._M_parent = header._M_left = header._M_right = node;
  } else {
    child(parent, left) = node;
    Node*& outermost = child(&header, left);
    if (outermost == parent) outermost = node;
  }

  // Both `node` and its parent may be red.
  while (node != header._M_parent && is_red(node->_M_parent)) {
    Node* const above = node->_M_parent;
    Node* const top = above->_M_parent;
    const bool is_left = above == top->_M_left;
    Node* const uncle = child(top, !is_left);
    if (is_red(uncle)) {
      above->_M_color = _S_black;
      uncle->_M_color = _S_black;
      top->_M_color = _S_red;
      node = top;
      continue;
    }
    if (node == child(above, !is_left)) rotate(above, is_left, header);
    child(top, is_left)->_M_color = _S_black;
    top->_M_color = _S_red;
    rotate(top, !is_left, header);
    break;
  }
  header._M_parent->_M_color = _S_black;
}

Node* _Rb_tree_rebalance_for_erase(Node* const node, Node& header) noexcept {
  if (header._M_left == node) header._M_left = neighbour(node, false);
  if (header._M_right == node) header._M_right = neighbour(node, true);
  if (node->_M_left != nullptr && node->_M_right != nullptr) {
    exchange(node, neighbour(node, false), header);
  }

  Node* const below = node->_M_left != nullptr ? node->_M_left : node->_M_right;
  Node* const parent = node->_M_parent;
  const bool left = parent != &header && node == parent->_M_left;
  link_to(node, header) = below;
  if (below != nullptr) below->_M_parent = parent;
  if (node->_M_color == _S_black) restore_blackness(below, parent, left, header);
  return node;
}

}  // namespace std
