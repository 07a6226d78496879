// Which free list a stack of a given size belongs to.
#pragma once

#include <bit>
#include <cstdint>
#include <optional>

#include "src/port/spec.h"

namespace Atoll::port {

// The order of a cached stack: `bytes` is fixed_stack << order. Empty for a large stack, which gets
// a span of its own. `bytes` must be a power of two; one below fixed_stack gets order 0, but no
// caller asks for that.
//
// A size must be below both limits, and the second one hides an order where fixed_stack << (orders
// - 1) is 32768, so that 16 KiB is the largest cached stack of every port.
constexpr std::optional<unsigned> cached_stack_order(const PortSpec& spec, std::uint64_t bytes) {
  if (bytes >= spec.fixed_stack << spec.num_stack_orders) return std::nullopt;
  if (bytes >= spec.stack_cache_size) return std::nullopt;
  unsigned order = 0;
  for (std::uint64_t rest = bytes; rest > spec.fixed_stack; rest /= 2) ++order;
  return order;
}

// Orders in use: num_stack_orders minus those that the second limit hides.
constexpr unsigned num_used_stack_orders(const PortSpec& spec) {
  unsigned orders = 0;
  while (cached_stack_order(spec, spec.fixed_stack << orders).has_value()) ++orders;
  return orders;
}

constexpr std::uint64_t largest_cached_stack(const PortSpec& spec) {
  return spec.fixed_stack << (num_used_stack_orders(spec) - 1);
}

// Index into the lists of large free stacks: log2 of the pages, and one more from release 1.26,
// which counts the bits of the number instead.
constexpr unsigned large_stack_index(const PortSpec& spec, std::uint64_t npages) {
  const unsigned bits = static_cast<unsigned>(std::bit_width(npages));
  if (spec.since(Release::k1_26)) return bits;
  return bits == 0 ? 0 : bits - 1;
}

}  // namespace Atoll::port
