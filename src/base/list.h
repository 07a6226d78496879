// A doubly linked list through the elements themselves. Elements have members `next` and `previous`
// of type T* and `list` of type List<T>*, which are null while the element is on no list.
#pragma once

#include <cstddef>

namespace Atoll {

// Not thread safe. Every operation takes constant time.
template <typename T>
class List {
 public:
  constexpr List() = default;
  List(const List&) = delete;
  List& operator=(const List&) = delete;

  bool empty() const { return first_ == nullptr; }
  T* first() const { return first_; }
  T* last() const { return last_; }
  bool contains(const T* element) const { return element->list == this; }

  void push_front(T* element) {
    element->list = this;
    element->next = first_;
    element->previous = nullptr;
    (first_ != nullptr ? first_->previous : last_) = element;
    first_ = element;
  }
  void push_back(T* element) {
    element->list = this;
    element->previous = last_;
    element->next = nullptr;
    (last_ != nullptr ? last_->next : first_) = element;
    last_ = element;
  }
  // Precondition: contains(element).
  void remove(T* element) {
    (element->previous != nullptr ? element->previous->next : first_) = element->next;
    (element->next != nullptr ? element->next->previous : last_) = element->previous;
    element->next = element->previous = nullptr;
    element->list = nullptr;
  }

 private:
  T* first_ = nullptr;
  T* last_ = nullptr;
};

}  // namespace Atoll
