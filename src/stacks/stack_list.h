// Free stacks as a list that lies in them: each begins with a pointer to the next.
#pragma once

#include <new>

namespace Atoll::stacks {

struct StackLink {
  void* next;
};

inline void push(void** list, void* p) { *list = new (p) StackLink{*list}; }

inline void* next_of(const void* p) { return static_cast<const StackLink*>(p)->next; }

inline void* pop(void** list) {
  void* const p = *list;
  *list = next_of(p);
  return p;
}

inline bool is_on(const void* list, const void* p) {
  while (list != nullptr && list != p) list = next_of(list);
  return list != nullptr;
}

}  // namespace Atoll::stacks
