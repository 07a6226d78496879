// Where arenas come from: the walk along the hints, which keeps a heap's addresses predictable and
// its arenas adjacent.
#pragma once

#include <cstdint>
#include <string_view>

#include "os/base/text.h"
#include "os/os.h"
#include "src/base/linear_alloc.h"
#include "src/pages/hint_stack.h"
#include "src/pages/options.h"
#include "src/pages/sparing.h"
#include "src/port/port.h"

namespace Atoll::pages {

enum class GrowFailure : std::uint8_t {
  kNone,
  kNoMemory,        // the system has no address space or no memory left
  kRaceCollisions,  // others occupy the race detector's window, and the heap may lie nowhere else
  // The heap cannot use the system's answer, and gave it back.
  kRegionWraps,  // it passes the end of the pointers' range
  kBaseOutside,  // it begins, or ends, where the arena map has no place
  kEndOutside,
  kMisaligned,  // it does not begin at a boundary of arenas, or of parts in a heap that takes parts
};

struct [[nodiscard]] Growth {
  Range region;  // whole arenas, or a part of one; empty if and only if the call failed
  GrowFailure failure = GrowFailure::kNone;
  os::Status status;  // the system's own reason, for kNoMemory
  Range refused;      // the answer that cannot be used

  bool ok() const { return failure == GrowFailure::kNone; }
};

// The failure in the words of the Go runtime, for example "memory reservation exceeds address space
// limit: memory allocated by OS [0x1, 0x2) not in usable address space: base outside usable address
// space".
Line explain(const Growth& growth);

// The outcome of one hint.
enum class HintOutcome : std::uint8_t {
  kTaken,
  kMoved,     // the system put the memory elsewhere: something lies at the hint, or it ignores
              // hints
  kRefused,   // the system returned nothing
  kNotAsked,  // the arena map has no place for it
};

struct HintTrial {
  Hint hint;
  std::uint64_t size = 0;
  HintOutcome outcome = HintOutcome::kTaken;
  Address got;  // for kMoved
};

// The walk reports every hint that it tries, for diagnosis and tests.
class HintObserver {
 public:
  virtual void on_trial(const HintTrial& trial) = 0;

 protected:
  ~HintObserver() = default;
};

// Not thread safe: callers hold the heap's lock. Growing costs one system call while the system
// honours the first hint, and one or two more for every hint that the walk drops.
class ArenaSpace {
 public:
  // `machine` is the result of os.probe(). All but `options` must outlive this object.
  ArenaSpace(os::Os& os, const os::Machine& machine, const port::PortSpec& spec,
             const Geometry& geometry, const Options& options);
  // With the geometry of a heap that has these options, for those who walk hints without a heap.
  ArenaSpace(os::Os& os, const os::Machine& machine, const port::PortSpec& spec,
             const Options& options = {})
      : ArenaSpace(os, machine, spec, geometry_of(spec, options.is_sparing), options) {}
  ArenaSpace(const ArenaSpace&) = delete;
  ArenaSpace& operator=(const ArenaSpace&) = delete;

  // Prepares the hints of the port, or makes the reservations of a 32-bit start. Cannot fail.
  void init();

  // Gets address space for at least `bytes` (not 0): whole arenas, Prepared up to release 1.16 and
  // Reserved from 1.17, where the caller maps what it uses.
  //
  // It tries, in order: the reservation of a 32-bit start; each hint; and when no hint is left, any
  // place that the system likes. It drops for good a hint that the system does not honour, and
  // moves one that it does honour past the new arenas. A place that the system chose gives two new
  // hints, one at each of its ends.
  //
  // With Options::keeps_hints, a size for which the system has no room anywhere drops no hints: if
  // the system refused a hint without answering elsewhere, the walk asks once without a hint before
  // it drops any. By default, as in Go, such a size drops all hints.
  //
  // After a failure the heap can go on, and may grow again later.
  //
  // For a sparing heap all of it stays Reserved, and large arenas are taken part by part: `wish`
  // bytes if the system has them, otherwise what is needed. The next part follows if the system
  // lets it, so a hint need not be a boundary of arenas.
  Growth grow(std::uint64_t bytes, std::uint64_t wish = 0);

  // The caller has given back the end of the region that grow() returned last: the next one may
  // begin there.
  void retreat(Range given_back);

  void observe(HintObserver* observer) { observer_ = observer; }

  const HintStack& hints() const { return hints_; }
  // Of a 32-bit start; empty otherwise.
  Range metadata_range() const { return metadata_range_; }
  Range arena_range() const { return arena_range_; }
  LinearAlloc& metadata() { return metadata_; }

 private:
  // Both take two sizes: the one that the caller wants, and the least that it accepts.
  Growth grow_at_hints(std::uint64_t wish, std::uint64_t least);
  Growth grow_anywhere(std::uint64_t wish, std::uint64_t least);
  // If the hint was honoured, `size` bytes at `base` are Reserved.
  HintOutcome try_hint(const Hint& hint, std::uint64_t size, Address* base);
  os::Status ask_anywhere(std::uint64_t size);
  Growth finish(Range region);
  Growth check(Range region) const;
  bool wraps(Range region) const;
  bool takes_parts() const { return pages::takes_parts(spec_, geometry_); }
  // Regions begin at multiples of this many bytes, and so do their sizes.
  std::uint64_t unit() const;

  os::Os& os_;
  const os::Machine& machine_;
  const port::PortSpec& spec_;
  const Options options_;
  const Geometry& geometry_;
  HintStack hints_;
  Range metadata_range_;
  Range arena_range_;
  LinearAlloc metadata_;
  LinearAlloc arenas_;
  HintObserver* observer_ = nullptr;
};

}  // namespace Atoll::pages
