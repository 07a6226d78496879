// One request of a program to a heap, as plain data. Model tests, stress tests, fuzzers and
// benchmarks all use requests, so that each can repeat what another has found.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "os/base/text.h"

namespace Atoll::test {

// The executor of requests has two tables, of objects and of stacks, which are empty at first.
// Every sequence of requests is valid: a request that makes no sense at the time (to free an empty
// slot, to end a mark phase that has not begun) does nothing.
enum class RequestKind : std::uint8_t {
  // These put an object into a slot, and first free the one that was there.
  kAllocate,         // size, scan
  kAllocateZeroed,   // size, scan
  kAllocateAligned,  // size, scan, alignment
  kFree,
  kReallocate,  // size; scan if the slot is empty

  // These use a slot of stacks.
  kStackAllocate,  // size: any; rounded up to a stack's
  kStackFree,

  kFind,          // looks up addresses in and around the slot's object, and one made of `size`
  kSetFinalizer,  // on the slot's object

  // A cycle of mark and sweep.
  kBeginMark,
  kMarkRoots,      // `size` chooses which objects are roots: see is_root()
  kEndMark,        // objects that are not roots, and older than the cycle, die
  kSweep,          // `size` spans, at most 255
  kSweepAll,       // and runs finalizers
  kRunFinalizers,  // those that are due already

  kScavenge,  // pages that were free for `size` nanoseconds; or with an odd slot all, as trim()
              // does
  kFlush,
};
inline constexpr std::size_t kRequestKinds = 17;

struct Request {
  RequestKind kind = RequestKind::kAllocate;
  bool scan = false;                // whether the object may hold pointers
  std::uint8_t alignment_log2 = 0;  // of kAllocateAligned
  std::uint32_t slot = 0;           // modulo the number of slots
  std::uint64_t size = 0;

  std::uint64_t alignment() const { return std::uint64_t{1} << alignment_log2; }
};

// Mixes 64 bits well (the finalizer of SplitMix64).
constexpr std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

// Whether the mark phase that `choice` describes keeps the object in `slot`: it keeps three of
// four.
constexpr bool is_root(std::uint64_t choice, std::uint32_t slot) {
  return mix(choice + slot) % 4 != 0;
}

inline std::string_view name(RequestKind kind) {
  static constexpr std::array<std::string_view, kRequestKinds> kNames = {
      "allocate",      "allocate_zeroed", "allocate_aligned", "free",
      "reallocate",    "stack_allocate",  "stack_free",       "find",
      "set_finalizer", "begin_mark",      "mark_roots",       "end_mark",
      "sweep",         "sweep_all",       "run_finalizers",   "scavenge",
      "flush"};
  static_assert(static_cast<std::size_t>(RequestKind::kFlush) + 1 == kRequestKinds);
  return kNames[static_cast<std::size_t>(kind)];
}

// For example "allocate_aligned slot 12 size 100 alignment 64 scan".
inline Line describe(const Request& request) {
  Line line;
  line << name(request.kind) << " slot " << std::uint64_t{request.slot} << " size " << request.size;
  if (request.kind == RequestKind::kAllocateAligned) {
    line << " alignment " << request.alignment();
  }
  if (request.scan) line << " scan";
  return line;
}

}  // namespace Atoll::test
