// The functions of freestanding/cxx. Passes with a whole C++ library too, so that what is expected
// here is known to be right.

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace {

// --- The trees of <set> and <map>. ---

using Set = std::multiset<std::uint32_t>;
using Node = std::_Rb_tree_node_base;

bool is_red(const Node* node) { return node != nullptr && node->_M_color == std::_S_red; }

// The black nodes on the way from `node` down to any leaf; -1 if the ways differ, two red nodes
// follow each other, or a link is wrong.
int black_height(const Node* node, const Node* parent) {
  if (node == nullptr) return 0;
  if (node->_M_parent != parent || (is_red(node) && is_red(parent))) return -1;
  const int left = black_height(node->_M_left, node);
  const int right = black_height(node->_M_right, node);
  if (left < 0 || left != right) return -1;
  return left + (is_red(node) ? 0 : 1);
}

bool is_sound(const Set& set) {
  const Node* const header = set.end()._M_node;
  const Node* const root = header->_M_parent;
  if (root == nullptr) return header->_M_left == header && header->_M_right == header;
  const Node* first = root;
  while (first->_M_left != nullptr) first = first->_M_left;
  const Node* last = root;
  while (last->_M_right != nullptr) last = last->_M_right;
  return root->_M_parent == header && !is_red(root) && header->_M_left == first &&
         header->_M_right == last && black_height(root->_M_left, root) >= 0 &&
         black_height(root->_M_left, root) == black_height(root->_M_right, root);
}

TEST(Trees, AreSoundAndInOrderAfterEveryStep) {
  for (const std::uint32_t range : {4U, 40U, 1'000'000U}) {
    std::mt19937 random(range);
    Set set;
    std::vector<std::uint32_t> model;
    for (int step = 0; step < 3000; ++step) {
      // Grows, shrinks to nothing, and grows again.
      const bool grows = random() % 16 < (step / 500 % 2 == 0 ? 12U : 4U);
      const auto value = static_cast<std::uint32_t>(random() % range);
      if (grows) {
        set.insert(value);
        model.insert(std::upper_bound(model.begin(), model.end(), value), value);
      } else if (!set.empty()) {
        auto found = set.lower_bound(value);
        if (found == set.end()) found = set.begin();
        const auto in_model = std::find(model.begin(), model.end(), *found);
        model.erase(in_model);
        set.erase(found);
      }
      ASSERT_TRUE(is_sound(set)) << step;
      if (step % 16 == 0) {
        ASSERT_TRUE(std::equal(set.begin(), set.end(), model.begin(), model.end())) << step;
        ASSERT_TRUE(std::equal(set.rbegin(), set.rend(), model.rbegin(), model.rend())) << step;
      }
    }
    while (!set.empty()) {
      set.erase(set.size() % 2 == 0 ? set.begin() : std::prev(set.end()));
      ASSERT_TRUE(is_sound(set));
    }
  }
}

TEST(Trees, OfMapsAreCopiedAndSearched) {
  std::map<std::string, int> map;
  for (int i = 0; i < 1000; ++i) map[std::to_string(i * 7919 % 1000)] = i;
  const std::map<std::string, int> copy = map;
  map.clear();
  EXPECT_EQ(copy.size(), 1000U);
  EXPECT_EQ(copy.at("919"), 1);
  EXPECT_EQ(copy.begin()->first, "0");
  EXPECT_EQ(copy.rbegin()->first, "999");
}

// --- Memory. ---

TEST(Allocation, GivesAlignedPlacesThatDoNotOverlap) {
  struct Block {
    unsigned char* base;
    std::size_t size;
    std::size_t alignment;
    unsigned char filling;
  };
  std::mt19937 random(1);
  std::vector<Block> blocks;
  for (int step = 0; step < 4000; ++step) {
    if (blocks.size() < 200) {
      const std::size_t size = random() % (std::size_t{1} << (random() % 18)) + 1;
      const std::size_t alignment = std::size_t{16} << (random() % 9);
      auto* const base =
          static_cast<unsigned char*>(::operator new(size, std::align_val_t(alignment)));
      ASSERT_EQ(reinterpret_cast<std::uintptr_t>(base) % alignment, 0U);
      const auto filling = static_cast<unsigned char>(random());
      std::memset(base, filling, size);
      blocks.push_back({base, size, alignment, filling});
      continue;
    }
    const std::size_t chosen = random() % blocks.size();
    const Block block = blocks[chosen];
    ASSERT_EQ(std::count(block.base, block.base + block.size, block.filling),
              static_cast<std::ptrdiff_t>(block.size));
    ::operator delete(block.base, std::align_val_t(block.alignment));
    blocks.erase(blocks.begin() + static_cast<std::ptrdiff_t>(chosen));
  }
  for (const Block& block : blocks)
    ::operator delete(block.base, std::align_val_t(block.alignment));
}

TEST(Allocation, OfCKeepsItsContents) {
  auto* numbers = static_cast<std::uint32_t*>(std::calloc(10, 4));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(numbers[i], 0U);
  for (std::uint32_t i = 0; i < 10; ++i) numbers[i] = i;
  numbers = static_cast<std::uint32_t*>(std::realloc(numbers, 400'000));
  ASSERT_NE(numbers, nullptr);
  for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ(numbers[i], i);
  std::free(numbers);
  volatile std::size_t huge = SIZE_MAX / 2;
  EXPECT_EQ(std::calloc(huge, 4), nullptr);
  EXPECT_EQ(std::malloc(huge), nullptr);
}

TEST(Bytes, AreMovedInEveryDirection) {
  constexpr std::size_t kSize = 40;
  for (std::size_t from = 0; from < kSize; ++from) {
    for (std::size_t to = 0; to < kSize; ++to) {
      unsigned char bytes[kSize];
      unsigned char expected[kSize];
      const std::size_t size = kSize - std::max(from, to);
      for (std::size_t i = 0; i < kSize; ++i) {
        bytes[i] = static_cast<unsigned char>(i + 1);
        expected[i] = i >= to && i < to + size ? static_cast<unsigned char>(i - to + from + 1)
                                               : static_cast<unsigned char>(i + 1);
      }
      std::memmove(bytes + to, bytes + from, size);
      ASSERT_EQ(std::memcmp(bytes, expected, kSize), 0) << from << " to " << to;
    }
  }
}

TEST(Bytes, AreCopiedFilledAndComparedWhereverTheyLie) {
  for (std::size_t shift = 0; shift < 9; ++shift) {
    for (std::size_t size = 0; size < 40; ++size) {
      unsigned char bytes[64] = {};
      unsigned char copy[64] = {};
      std::memset(bytes + shift, 0xa5, size);
      std::memcpy(copy + 1, bytes + shift, size);
      ASSERT_EQ(std::count(bytes, bytes + 64, 0xa5), static_cast<std::ptrdiff_t>(size));
      ASSERT_EQ(std::count(copy, copy + 64, 0xa5), static_cast<std::ptrdiff_t>(size));
      ASSERT_EQ(std::memcmp(copy + 1, bytes + shift, size), 0);
      if (size == 0) continue;
      copy[size] = 0x7f;
      ASSERT_LT(std::memcmp(copy + 1, bytes + shift, size), 0);
      ASSERT_GT(std::memcmp(bytes + shift, copy + 1, size), 0);
    }
  }
}

TEST(Texts, AreComparedAsUnsignedBytes) {
  volatile char high[] = {'a', static_cast<char>(0xe4), '\0'};
  const char* const text = const_cast<const char*>(high);
  EXPECT_GT(std::strcmp(text, "az"), 0);
  EXPECT_LT(std::strcmp("a", text), 0);
  EXPECT_EQ(std::strcmp("abc", "abc"), 0);
  EXPECT_EQ(std::strncmp("abcd", "abxx", 2), 0);
  EXPECT_LT(std::strncmp("ab", "abxx", 9), 0);
  EXPECT_EQ(std::strlen(text), 2U);
  EXPECT_STREQ(std::strchr("abc", 'b'), "bc");
  EXPECT_EQ(std::strchr("abc", 'x'), nullptr);
}

// --- Numbers. ---

TEST(Numbers, AreReadInEveryBase) {
  char* end = nullptr;
  EXPECT_EQ(std::strtoull(" 18446744073709551615x", &end, 10), UINT64_MAX);
  EXPECT_STREQ(end, "x");
  EXPECT_EQ(std::strtoull("0xfF", nullptr, 0), 255U);
  EXPECT_EQ(std::strtoull("0xfF", nullptr, 16), 255U);
  EXPECT_EQ(std::strtoull("017", nullptr, 0), 15U);
  EXPECT_EQ(std::strtoull("z", nullptr, 36), 35U);
  EXPECT_EQ(std::strtoull("-1", nullptr, 10), UINT64_MAX);
  EXPECT_EQ(std::strtoull("0x", &end, 0), 0U);
  EXPECT_STREQ(end, "x");
  EXPECT_EQ(std::strtoull("+", &end, 0), 0U);
  EXPECT_STREQ(end, "+");
  EXPECT_EQ(std::strtoll("-9223372036854775808", nullptr, 10), INT64_MIN);
  errno = 0;
  EXPECT_EQ(std::strtoll("9223372036854775808", nullptr, 10), INT64_MAX);
  EXPECT_EQ(errno, ERANGE);
  errno = 0;
  EXPECT_EQ(std::strtoull("18446744073709551616", nullptr, 10), UINT64_MAX);
  EXPECT_EQ(errno, ERANGE);
  EXPECT_EQ(std::stoi("-42"), -42);
}

template <class... Values>
std::string formatted(const char* format, Values... values) {
  char text[64];
  const int size = std::snprintf(text, sizeof text, format, values...);
  return std::to_string(size) + ":" + text;
}

TEST(Numbers, AreFormattedAsPrintfDoes) {
  EXPECT_EQ(formatted("%d|%5d|%-5d|%05d", -1, 42, 42, -42), "20:-1|   42|42   |-0042");
  EXPECT_EQ(formatted("%u %x %X %o", 4294967295U, 48879, 48879, 8), "23:4294967295 beef BEEF 10");
  EXPECT_EQ(formatted("%llu %lld", ~0ULL, -1LL), "23:18446744073709551615 -1");
  EXPECT_EQ(formatted("%zu %016llx", sizeof(char), 0xabcULL), "18:1 0000000000000abc");
  EXPECT_EQ(formatted("%s|%.2s|%4s|%-4s|%c%%", "ab", "abc", "ab", "ab", 'x'),
            "18:ab|ab|  ab|ab  |x%");
  EXPECT_EQ(formatted("%*d|%.*s", 4, 7, 1, "ab"), "6:   7|a");
  char little[4];
  const volatile std::size_t size = sizeof little;
  EXPECT_EQ(std::snprintf(little, size, "%s", "longer"), 6);
  EXPECT_STREQ(little, "lon");
}

TEST(ThreadLocals, BeginWithTheirValues) {
  static thread_local int number = 42;
  static thread_local std::uint64_t numbers[100] = {};
  EXPECT_EQ(number, 42);
  EXPECT_EQ(numbers[99], 0U);
  numbers[99] = 1;
  ++number;
  EXPECT_EQ(number, 43);
}

struct Counted {
  explicit Counted(int& constructions) { ++constructions; }
};

TEST(StaticObjects, AreMadeOnce) {
  int constructions = 0;
  for (int i = 0; i < 3; ++i) static const Counted counted(constructions);
  EXPECT_EQ(constructions, 1);
}

}  // namespace
