// Probes with which backends find out what machine they run on, by trying. `Memory` has the
// reserve() and release() of an Os, and may be one.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <initializer_list>

#include "os/os.h"

namespace Atoll::os {

// Address space that is reserved while one probe runs.
template <typename Memory>
class Scratch {
 public:
  Scratch(Memory& memory, Address hint, std::uint64_t size)
      : memory_(memory), size_(size), base_(memory.reserve(hint, size).base) {}
  ~Scratch() {
    if (!base_.is_null()) (void)memory_.release(base_, size_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  Address base() const { return base_; }  // null: the system gave none

 private:
  Memory& memory_;
  std::uint64_t size_;
  Address base_;
};

// How many bits it takes to write the address down.
inline std::uint32_t width_of(Address a) {
  return static_cast<std::uint32_t>(std::bit_width(a.value()));
}

template <typename Memory>
[[gnu::cold]] bool is_honoured(Memory& memory, Address hint, std::uint64_t unit) {
  return Scratch(memory, hint, unit).base() == hint;
}

// Whether the system honours a free hint. `unit` is the granularity of reserve(). This tries the
// middle of a gap, because a system that ignores hints picks one of its ends. It makes several
// attempts, because another thread may take the place first.
template <typename Memory>
[[gnu::cold]] bool honours_hints(Memory& memory, std::uint64_t unit) {
  constexpr std::uint64_t kUnits = 9;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Address gap = Scratch(memory, Address(), kUnits * unit).base();
    if (gap.is_null()) return false;
    if (is_honoured(memory, gap + kUnits / 2 * unit, unit)) return true;
  }
  return false;
}

// The width of the highest address seen.
template <typename Memory>
[[gnu::cold]] std::uint32_t address_bits_seen(Memory& memory, std::uint64_t page_size) {
  const Scratch anywhere(memory, Address(), page_size);
  const int on_stack = 0;
  return std::max(width_of(anywhere.base()), width_of(Address::of(&on_stack)));
}

// Which addresses to try: half + half / 16 * s of each half [2^(b-1), 2^b), from b = most down to
// fewest + 1. There are several, because one may be occupied, or be the kernel's.
struct AddressBitsSearch {
  std::uint32_t most;
  std::uint32_t fewest;
  std::initializer_list<unsigned> sixteenths;
};

// The largest b for which the system gives a page in the upper half of [0, 2^b). If it honours no
// hint at all, address_bits_seen().
template <typename Memory>
[[gnu::cold]] std::uint32_t address_bits(Memory& memory, std::uint64_t page_size,
                                         const AddressBitsSearch& search) {
  for (std::uint32_t bits = search.most; bits > search.fewest; --bits) {
    const std::uint64_t half = std::uint64_t{1} << (bits - 1);
    for (const std::uint64_t sixteenth : search.sixteenths) {
      if (is_honoured(memory, Address(half + half / 16 * sixteenth), page_size)) return bits;
    }
  }
  return address_bits_seen(memory, page_size);
}

}  // namespace Atoll::os
