// The memory verbs of the contract as data, for decorators that record or choose among them.
#pragma once

#include <cstdint>
#include <string_view>

namespace Atoll::os {

enum class Verb : std::uint8_t {
  kReserve,
  kRelease,
  kMap,
  kUsed,
  kUnused,
  kFault,
  kAlloc,
  kFree,
  kResident,
  kWishHugePages,
};

std::string_view name(Verb verb);

class VerbSet {
 public:
  constexpr VerbSet() = default;
  constexpr VerbSet(Verb verb)  // NOLINT: a single verb is a set
      : bits_(1U << static_cast<unsigned>(verb)) {}
  static constexpr VerbSet all() {
    VerbSet set;
    set.bits_ = ~0U;
    return set;
  }

  constexpr bool has(Verb verb) const { return ((bits_ >> static_cast<unsigned>(verb)) & 1U) != 0; }
  friend constexpr VerbSet operator|(VerbSet a, VerbSet b) {
    a.bits_ |= b.bits_;
    return a;
  }

 private:
  unsigned bits_ = 0;
};

constexpr VerbSet operator|(Verb a, Verb b) { return VerbSet(a) | VerbSet(b); }

}  // namespace Atoll::os
