// The free stacks that a thread keeps for itself.
#pragma once

#include <array>
#include <cstdint>

namespace Atoll::stacks {

// No port has more cached sizes.
inline constexpr unsigned kMaxStackOrders = 4;

// Part of a thread's cache. Plain: all bytes zero is an empty cache. Used by one thread at a time.
struct StackCache {
  struct Order {
    void* list;           // free stacks of this order; each begins with a pointer to the next
    std::uint64_t bytes;  // in all of them
  };
  std::array<Order, kMaxStackOrders> orders;
};

}  // namespace Atoll::stacks
