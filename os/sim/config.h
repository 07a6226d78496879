// Everything that can differ about a simulated operating system. It is plain data: copy a preset
// (presets.h) and change its fields.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "os/base/address.h"
#include "os/os.h"
#include "os/sim/backing.h"

namespace Atoll::os::sim {

enum class Hints : std::uint8_t {
  kHonoured,  // honours a free hint exactly; otherwise uses the default placement
  kMoved,     // reads the hint, but puts the memory elsewhere even if the hint is free
  kIgnored,   // as if the hint were null
};

// Where to look first if the system honours hints, but something lies at the hint.
enum class Fallback : std::uint8_t {
  kDefault,  // as if the hint were null
  kAbove,    // the first gap above the hint; after that as if the hint were null
  kBelow,    // the first gap below the hint; after that as if the hint were null
};

enum class Placement : std::uint8_t {
  kTopDown,   // downwards from `origin`; after that upwards from it
  kBottomUp,  // upwards from `origin`; after that from the lowest address
  kLinear,    // one segment that begins at `origin` and only ever grows: linear_only
};

// What resident() answers.
enum class Residency : std::uint8_t {
  kUnknown,
  kExact,       // what the backing says; memory counts while it is Ready if no backing knows
  kEverything,  // all of it, whether it was touched or not
};

// One entry of a script for reserve().
struct Answer {
  enum class Kind : std::uint8_t {
    kOrdinary,  // as if there were no script
    kExactly,   // `base`, whatever the hint: outside the space, unaligned, over other memory
    kFails,     // null and kNoMemory
  };
  Kind kind = Kind::kOrdinary;
  Address base;
};

struct Config {
  std::string_view name = "simulated";

  // --- The address space. ---
  std::uint32_t address_bits = 48;  // 1 to 64
  std::uint64_t page_size = 4096;
  std::uint64_t granularity = 4096;
  std::uint64_t huge_page_size = 0;
  Address lowest{0x10000};  // no memory lies below, and none at null in any case
  // No memory lies from here on, where user space is no power of two (3 GiB); null: 2^address_bits.
  Address end;

  Hints hints = Hints::kHonoured;
  Fallback fallback = Fallback::kDefault;
  Placement placement = Placement::kTopDown;
  Address origin;
  // Without a hint, memory never lies at or above this (five-level page tables); null: anywhere.
  Address placement_end;
  // Linear only: the system skips memory to reach a hint above the end of the segment. Otherwise
  // only a hint at the very end succeeds.
  bool skips_to_hint = false;

  std::span<const Range> obstacles;  // mapped by somebody else
  Address end_of_data;
  Address program_break;  // for a linear segment: its current end

  // --- Limits, in bytes; 0: none. ---
  std::uint64_t address_space_limit = 0;  // on everything not None, like RLIMIT_AS
  std::uint64_t commit_limit = 0;
  // What the commit limit counts: Prepared and Ready memory, so that map() fails; or only Ready
  // memory, so that used() fails.
  bool commits_at_map = true;
  // A used() that runs into the commit limit leaves the beginning of the range Ready.
  bool fails_partway = false;

  // --- Capabilities, as Machine tells them. ---
  bool releases_parts = true;
  bool lazy_commit = true;
  bool decommit_zeroes = true;
  bool can_shrink = true;
  bool can_protect = true;
  bool has_threads = false;
  Residency residency = Residency::kExact;
  bool takes_huge_page_wishes = false;

  // --- Scripts. ---
  // Fails the nth memory call, counted from 1; 0: none. See also os/decorators/fault_injection.h.
  std::uint64_t failing_call = 0;
  bool all_later_calls_fail = false;
  Failure failure = Failure::kNoMemory;
  // Answers for the calls of reserve() in turn. After the last one, answers are ordinary.
  std::span<const Answer> reserve_script;

  std::uint64_t time = 0;       // the clock's first reading
  std::uint64_t time_step = 1;  // how far every reading advances the clock
  std::uint64_t seed = 0x9e3779b97f4a7c15;
  std::uint64_t seed_step = 0x9e3779b97f4a7c15;

  // --- The outside. Each may be null; `context` is passed to the functions. ---
  Backing* backing = nullptr;
  std::uint64_t pointer_bias = 0;  // Machine::pointer_bias: where the backing's memory really lies
  void (*on_write)(void* context, std::string_view text) = nullptr;
  void (*on_abort)(void* context) = nullptr;  // may jump away; otherwise the program traps
  void* context = nullptr;
};

}  // namespace Atoll::os::sim
