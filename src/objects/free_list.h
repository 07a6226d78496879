// Lists of free objects, linked through the objects' own first words.
#pragma once

#include <cstdint>

#include "src/base/owner_counter.h"
#include "src/objects/size_table.h"

namespace Atoll::objects {

// A free object, which points to the next one on its list.
struct FreeObject {
  FreeObject* next;
};

// The end of every list, and so the head of an empty one. It is its own successor, and no object.
// An object that is freed twice in a row becomes its own successor too. So a single test, whether
// the first object of a list is its own successor, finds both cases, at the cost of a test for
// null. Never written to.
extern constinit FreeObject end_of_list;

// Free objects that move together from one place to another. The last object's link has no meaning:
// readers count.
struct Chain {
  FreeObject* first = nullptr;  // null: there is none
  std::uint32_t count = 0;
};

// The part of a thread's list of one class that the fast path needs. It does not know its own
// length; free_lists.h keeps account of that.
struct alignas(kListStride) FreeList {
  FreeObject* head = &end_of_list;
  OwnerCounter allocated;  // objects taken since the list was counted last
  OwnerCounter room;       // counts down with every free; below 0 the list must be counted

  // Returns null if the list is empty, or if its first object was freed twice in a row.
  void* pop() {
    FreeObject* const object = head;
    FreeObject* const next = object->next;
    if (next == object) return nullptr;
    head = next;
    allocated.increment();
    return object;
  }

  // Returns false if the list must be counted.
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
