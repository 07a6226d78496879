// Lists of free objects, which are linked through their own first words.
#pragma once

#include <cstdint>

#include "src/base/owner_counter.h"
#include "src/objects/size_table.h"

namespace Atoll::objects {

// A free object, which leads to the next one on its list.
struct FreeObject {
  FreeObject* next;
};

// What follows the last object of a list, and heads an empty one: its own successor, and nobody's
// object. An object that is freed twice in a row becomes its own successor too. So one question,
// whether the first object of a list follows itself, tells both, and costs what the question for
// null did. Never written to.
extern constinit FreeObject end_of_list;

// Free objects that stay together on their way from one place to another. What follows the last one
// does not matter: its reader counts.
struct Chain {
  FreeObject* first = nullptr;  // null: there is none
  std::uint32_t count = 0;
};

// One thread's list of free objects of one class: all that the fast path needs of it. It does not
// know its own length; free_lists.h has the account of it.
struct alignas(kListStride) FreeList {
  FreeObject* head = &end_of_list;
  OwnerCounter allocated;  // objects taken since the list was counted last
  OwnerCounter room;       // counts down with every free; below 0 the list must be counted

  // Null: the list is empty, or its first object was freed twice in a row.
  void* pop() {
    FreeObject* const object = head;
    FreeObject* const next = object->next;
    if (next == object) return nullptr;
    head = next;
    allocated.increment();
    return object;
  }

  // False: the list must be counted.
  bool push(void* p) {
    auto* const object = static_cast<FreeObject*>(p);
    object->next = head;
    head = object;
    return room.decrement() >= 0;
  }

  bool empty() const { return head == &end_of_list; }
  bool was_first_freed_twice() const { return !empty() && head->next == head; }
};
static_assert(sizeof(FreeList) == kListStride);

}  // namespace Atoll::objects
