// A view of an array that has one element for each span class.
#pragma once

#include "src/objects/size_table.h"

namespace Atoll::objects {

// Refers to kMaxSpanClasses elements side by side: first those of all classes without pointers,
// then the others. Most heaps use only one half, so the memory of the other half need not be
// resident.
template <typename T>
class BySpanClass {
 public:
  constexpr BySpanClass() = default;
  explicit BySpanClass(T* elements) : elements_(elements) {}

  T& operator[](unsigned span_class) const { return elements_[position_of(span_class)]; }

  // The inverse of operator[].
  unsigned span_class_of(const T& element) const {
    const auto position = static_cast<unsigned>(&element - elements_);
    return position < port::kMaxSizeClasses
               ? port::span_class(position, /*noscan=*/true)
               : port::span_class(position - port::kMaxSizeClasses, /*noscan=*/false);
  }

  T* begin() const { return elements_; }
  T* end() const { return elements_ + kMaxSpanClasses; }

 private:
  static unsigned position_of(unsigned span_class) {
    const unsigned size_class = port::size_class_of(span_class);
    return port::is_noscan(span_class) ? size_class : size_class + port::kMaxSizeClasses;
  }

  T* elements_ = nullptr;
};

}  // namespace Atoll::objects
