// The addresses at which the heap will ask for its next arenas, with the next one on top.
#pragma once

#include <array>
#include <cstddef>

#include "os/base/address.h"
#include "src/port/hints.h"

namespace Atoll::pages {

struct Hint {
  Address address;
  bool down = false;  // arenas end here, and the next ones lie below
};

// The heap pushes and drops hints only at the top. It pushes two when it has dropped the last one,
// so it never has more than it started with: the stack needs no allocator and cannot fail.
class HintStack {
 public:
  static constexpr std::size_t kCapacity = port::kMaxHints;

  // Makes the first of `list` the top.
  void assign(const port::HintList& list) {
    count_ = 0;
    for (std::size_t i = list.size(); i > 0; --i) push({Address(list[i - 1])});
  }

  // Precondition: fewer than kCapacity hints.
  void push(Hint hint) { hints_[count_++] = hint; }
  void drop() { --count_; }
  Hint& top() { return hints_[count_ - 1]; }

  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }
  // Number 0 is on top.
  const Hint& operator[](std::size_t i) const { return hints_[count_ - 1 - i]; }

 private:
  std::array<Hint, kCapacity> hints_;
  std::size_t count_ = 0;
};

}  // namespace Atoll::pages
