// A place in an address space, as a type apart from the sizes and counts in the same computations.
//
// It has 64 bits also on 32-bit targets, because the simulated address spaces and the port model
// describe 64-bit systems on every machine. Code that touches memory converts at its edge with
// pointer() and Address::of().
#pragma once

#include <compare>
#include <cstdint>

namespace Atoll {

class Address {
 public:
  constexpr Address() = default;
  constexpr explicit Address(std::uint64_t value) : value_(value) {}
  static Address of(const volatile void* p) {
    return Address(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(p)));
  }

  constexpr std::uint64_t value() const { return value_; }
  constexpr bool is_null() const { return value_ == 0; }

  // Only for an address of this process. On 32-bit targets this drops the upper half.
  void* pointer() const { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(value_)); }

  // `alignment` is a power of two.
  constexpr bool is_aligned(std::uint64_t alignment) const {
    return (value_ & (alignment - 1)) == 0;
  }
  constexpr Address aligned_down(std::uint64_t alignment) const {
    return Address(value_ & ~(alignment - 1));
  }
  // Wraps to null past the last aligned address, as unsigned arithmetic does.
  constexpr Address aligned_up(std::uint64_t alignment) const {
    return Address((value_ + alignment - 1) & ~(alignment - 1));
  }

  friend constexpr auto operator<=>(Address, Address) = default;
  friend constexpr Address operator+(Address a, std::uint64_t bytes) {
    return Address(a.value_ + bytes);
  }
  friend constexpr Address operator-(Address a, std::uint64_t bytes) {
    return Address(a.value_ - bytes);
  }
  friend constexpr std::uint64_t operator-(Address a, Address b) { return a.value_ - b.value_; }

 private:
  std::uint64_t value_ = 0;
};

// [base, base + size). A range may end at 2^64, where end() wraps to null; last() does not.
struct Range {
  Address base;
  std::uint64_t size = 0;

  constexpr bool is_empty() const { return size == 0; }
  constexpr Address end() const { return base + size; }
  constexpr Address last() const { return base + (size - 1); }
  // Whether the end lies beyond 2^64.
  constexpr bool wraps() const { return last() < base; }
  constexpr bool contains(Address a) const { return a - base < size; }
  constexpr bool contains(Range r) const {
    return contains(r.base) && r.size <= size - (r.base - base);
  }
  constexpr bool overlaps(Range r) const { return contains(r.base) || r.contains(base); }

  friend constexpr bool operator==(Range, Range) = default;
};

}  // namespace Atoll
