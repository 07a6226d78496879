#include "src/base/list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <random>

namespace Atoll {
namespace {

struct Element {
  Element* next = nullptr;
  Element* previous = nullptr;
  List<Element>* list = nullptr;
};

void expect_equal(const List<Element>& list, const std::deque<Element*>& model) {
  ASSERT_EQ(list.empty(), model.empty());
  ASSERT_EQ(list.first(), model.empty() ? nullptr : model.front());
  ASSERT_EQ(list.last(), model.empty() ? nullptr : model.back());
  const Element* previous = nullptr;
  const Element* element = list.first();
  for (const Element* const expected : model) {
    ASSERT_EQ(element, expected);
    ASSERT_EQ(element->previous, previous);
    ASSERT_TRUE(list.contains(element));
    previous = element;
    element = element->next;
  }
  ASSERT_EQ(element, nullptr);
}

TEST(List, IsEmptyAtFirst) {
  const List<Element> list;
  const Element element;
  EXPECT_TRUE(list.empty());
  EXPECT_EQ(list.first(), nullptr);
  EXPECT_EQ(list.last(), nullptr);
  EXPECT_FALSE(list.contains(&element));
}

// Elements wander between two lists, against a model of both.
TEST(List, AnyOrderOfCallsKeepsTheOrderOfElements) {
  std::array<List<Element>, 2> lists;
  std::array<std::deque<Element*>, 2> models;
  std::array<Element, 12> elements;
  std::mt19937 random(1);
  for (int step = 0; step < 3000; ++step) {
    Element* const element = &elements[random() % elements.size()];
    if (element->list != nullptr) {
      const std::size_t on = element->list == &lists[0] ? 0 : 1;
      ASSERT_FALSE(lists[1 - on].contains(element));
      lists[on].remove(element);
      models[on].erase(std::find(models[on].begin(), models[on].end(), element));
      ASSERT_EQ(element->list, nullptr);
      ASSERT_EQ(element->next, nullptr);
      ASSERT_EQ(element->previous, nullptr);
    } else {
      const std::size_t on = random() % 2;
      if (random() % 2 == 0) {
        lists[on].push_front(element);
        models[on].push_front(element);
      } else {
        lists[on].push_back(element);
        models[on].push_back(element);
      }
    }
    for (std::size_t i = 0; i < 2; ++i) expect_equal(lists[i], models[i]);
  }
}

}  // namespace
}  // namespace Atoll
