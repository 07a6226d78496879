#include "os/darwin/probe.h"

#include <algorithm>
#include <bit>
#include <cstddef>

#include "os/darwin/system.h"

// Made by the linker: the first address behind this image's data.
extern "C" char atoll_end_of_data __asm("segment$end$__DATA");

namespace Atoll::os::darwin {
namespace {

// Address space for as long as one question takes.
class Scratch {
 public:
  Scratch(Address hint, std::uint64_t size) : size_(static_cast<std::size_t>(size)) {
    void* const p = mmap(hint.pointer(), size_, kProtectNone, kMapPrivate | kMapAnonymous, -1, 0);
    if (Address::of(p) != Address(~std::uint64_t{0})) base_ = p;
  }
  ~Scratch() {
    if (base_ != nullptr) munmap(base_, size_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  Address address() const { return Address::of(base_); }

 private:
  void* base_ = nullptr;
  std::size_t size_;
};

bool is_honoured(Address hint, std::uint64_t page_size) {
  return Scratch(hint, page_size).address() == hint;
}

std::uint32_t width_of(Address a) { return static_cast<std::uint32_t>(std::bit_width(a.value())); }

}  // namespace

std::uint64_t page_size() {
  int name[] = {kControlHardware, kHardwarePageSize};
  int value = 0;
  std::size_t size = sizeof value;
  if (sysctl(name, 2, &value, &size, nullptr, 0) != 0 || value <= 0) return 0;
  return static_cast<std::uint64_t>(value);
}

std::uint32_t address_bits(std::uint64_t page_size) {
  // Apple's processors could have 48.
  constexpr std::uint32_t kMost = 48;
  constexpr std::uint32_t kFewest = 32;
  for (std::uint32_t bits = kMost; bits > kFewest; --bits) {
    const std::uint64_t half = std::uint64_t{1} << (bits - 1);
    // Several places: one may be occupied, and the last may lie beyond an end that is no power of
    // two. The first is low, for devices that have little more than half.
    for (const std::uint64_t sixteenth : {1U, 3U, 8U, 12U}) {
      const Address hint(half + half / 16 * sixteenth);
      if (is_honoured(hint, page_size)) return bits;
    }
  }
  const Scratch anywhere(Address(), page_size);
  const int on_stack = 0;
  return std::max(width_of(anywhere.address()), width_of(Address::of(&on_stack)));
}

bool honours_hints(std::uint64_t page_size) {
  // The middle of a gap: a system that ignores hints picks one of its ends. More than one attempt,
  // because another thread may be faster.
  constexpr std::uint64_t kPages = 9;
  for (int attempt = 0; attempt < 3; ++attempt) {
    Address gap;
    {
      const Scratch all(Address(), kPages * page_size);
      gap = all.address();
    }
    if (gap.is_null()) return false;
    if (is_honoured(gap + kPages / 2 * page_size, page_size)) return true;
  }
  return false;
}

Address end_of_data() { return Address::of(&atoll_end_of_data); }

}  // namespace Atoll::os::darwin
