// The kinds of fixed heaps that model tests and fuzzers use: every option, alone and with others.
#pragma once

#include <cstdint>

#include "src/fixed/fixed_heap.h"

namespace Atoll::test {

// What the options below see of the calls to a heap.
struct Watched {
  static inline std::uint32_t owner = 0;  // of the blocks allocated now
  static inline int depth = 0;            // calls of enter() without leave()
  static inline bool was_nested = false;

  static bool is_outside() { return depth == 0 && !was_nested; }
};

struct QuickOptions : FixedOptions {
  enum : unsigned { kQuickLengths = 8 };
};
struct QuickLargeOptions : LargeFixedOptions {
  enum : unsigned { kQuickLengths = 3, kQuickMost = 9 };
};
struct OwnersOptions : LargeFixedOptions {
  enum : unsigned { kOwners = 1 };
  static std::uint32_t owner() { return Watched::owner; }
};
struct FillOptions : LargeFixedOptions {
  enum : unsigned { kQuickLengths = 1, kQuickMost = 1, kFill = 1 };
};
struct EverythingOptions : FixedOptions {
  enum : unsigned { kQuickLengths = 16, kOwners = 1, kFill = 1 };
  static std::uint32_t owner() { return Watched::owner; }
  static void enter() { Watched::was_nested = Watched::was_nested || Watched::depth++ != 0; }
  static void leave() { --Watched::depth; }
};

template <class Heap>
struct OptionsOf;
template <class Options>
struct OptionsOf<BasicFixedHeap<Options>> {
  using Type = Options;
};

}  // namespace Atoll::test
