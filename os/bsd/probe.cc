#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "os/bsd/bsd_os.h"
#include "os/bsd/libc.h"
#include "os/bsd/systems.h"

// Set by the linker: the first address behind the static data.
extern "C" __attribute__((weak)) char _end[];

namespace Atoll::os {
namespace {

// Some address space for as long as one question takes.
class Scratch {
 public:
  Scratch(Os& os, Address hint, std::uint64_t size)
      : os_(os), size_(size), base_(os.reserve(hint, size).base) {}
  ~Scratch() {
    if (!base_.is_null()) (void)os_.release(base_, size_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  Address base() const { return base_; }

 private:
  Os& os_;
  std::uint64_t size_;
  Address base_;
};

bool is_honoured(Os& os, Address hint, std::uint64_t page_size) {
  return Scratch(os, hint, page_size).base() == hint;
}

std::uint32_t width_of(Address a) { return static_cast<std::uint32_t>(std::bit_width(a.value())); }

// The largest b for which a page could be had in the upper half of [0, 2^b).
std::uint32_t address_bits(Os& os, std::uint64_t page_size) {
  constexpr std::uint32_t kMost = std::min<std::uint32_t>(57, sizeof(void*) * 8);
  constexpr std::uint32_t kFewest = 28;
  for (std::uint32_t bits = kMost; bits > kFewest; --bits) {
    const std::uint64_t half = std::uint64_t{1} << (bits - 1);
    // Several places: one may be occupied, and the last may be the kernel's.
    for (const std::uint64_t eighth : {1U, 3U, 6U}) {
      if (is_honoured(os, Address(half + half / 8 * eighth), page_size)) return bits;
    }
  }
  const Scratch anywhere(os, Address(), page_size);
  const int on_stack = 0;
  return std::max(width_of(anywhere.base()), width_of(Address::of(&on_stack)));
}

// The middle of a gap: a system that ignores hints picks one of its ends. More than one attempt,
// because another thread may be faster.
bool honours_hints(Os& os, std::uint64_t page_size) {
  constexpr std::uint64_t kPages = 9;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const Address gap = Scratch(os, Address(), kPages * page_size).base();
    if (gap.is_null()) return false;
    if (is_honoured(os, gap + kPages / 2 * page_size, page_size)) return true;
  }
  return false;
}

}  // namespace

Machine BsdOs::probe() {
  Machine machine;
  machine.page_size = page_size();
  if (machine.page_size == 0) return machine;
  machine.granularity = machine.page_size;
  machine.address_bits = address_bits(*this, machine.page_size);
  machine.end_of_data = Address::of(_end);
  machine.honours_hints = honours_hints(*this, machine.page_size);
  machine.releases_parts = true;
  machine.lazy_commit = true;
  machine.can_shrink = true;
  machine.can_protect = true;
  machine.has_threads = bsd::libc::pthread_key_create != nullptr;
  return machine;
}

}  // namespace Atoll::os
