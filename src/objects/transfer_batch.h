// Objects of one class that one thread has freed in spans of other caches, gathered until it is
// worth passing them on.
#pragma once

#include <cstdint>

#include "src/base/owner_counter.h"
#include "src/objects/free_list.h"

namespace Atoll::objects {

// Used by one thread. Other threads may read its count.
class TransferBatch {
 public:
  constexpr TransferBatch() = default;

  // Adds a free object, and returns the new number of objects.
  std::int32_t add(void* p) {
    auto* const object = static_cast<FreeObject*>(p);
    object->next = first_ != nullptr ? first_ : &end_of_list;
    first_ = object;
    return count_.increment();
  }

  // Empties the batch. The chain's first object is the one that was added last.
  Chain take() {
    const Chain chain{first_, static_cast<std::uint32_t>(count_.get())};
    first_ = nullptr;
    count_.set(0);
    return chain;
  }

  bool empty() const { return first_ == nullptr; }
  std::int32_t count() const { return count_.read(); }

 private:
  FreeObject* first_ = nullptr;
  OwnerCounter count_;
};

}  // namespace Atoll::objects
