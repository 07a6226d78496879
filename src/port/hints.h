// The addresses a 64-bit heap asks the operating system for, in the order it asks.
//
// Hints keep heap addresses recognisable (0x00c0... is no text and no common data) and the heap
// contiguous. The sources build the list backwards by pushing at its head; here it is forwards.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "src/port/spec.h"

namespace Atoll::port {

inline constexpr unsigned kMaxHints = 128;

// The race detector shadows this window of addresses and no other.
inline constexpr std::uint64_t kRaceWindowStart = 0x00c0'0000'0000;
inline constexpr std::uint64_t kRaceWindowEnd = 0x00e0'0000'0000;

// The window on riscv64 with 39-bit addresses ends here.
inline constexpr std::uint64_t kRaceWindowEndSv39 = 0x000f'0000'0000;

struct HintList {
  std::array<std::uint64_t, kMaxHints> addresses{};
  unsigned count = 0;

  constexpr void push_back(std::uint64_t address) { addresses[count++] = address; }
  constexpr bool empty() const { return count == 0; }
  constexpr std::size_t size() const { return count; }
  constexpr std::uint64_t operator[](std::size_t i) const { return addresses[i]; }
  constexpr const std::uint64_t* begin() const { return addresses.data(); }
  constexpr const std::uint64_t* end() const { return addresses.data() + count; }
  constexpr std::span<const std::uint64_t> span() const { return {addresses.data(), count}; }
};

struct ArenaHints {
  HintList main;  // for the heap
  HintList user;  // for user arenas, from release 1.20
};

// Choices that are known only when the program runs. A port ignores options that do not apply to
// it.
struct HintOptions {
  bool sv39 = false;  // riscv64 from 1.26: the processor translates 39 bits of address
  // 64 random bits: choose the randomized heap base (see can_randomize).
  std::optional<std::uint64_t> random_seed = std::nullopt;
  bool ask_system = false;  // use no hint: the system chooses where the first arena lies
};

// Whether the release randomizes the heap's base on this port: releases 1.26 and 1.27 do by
// default, with hints and without the race detector (whose window is fixed).
constexpr bool can_randomize(const PortSpec& spec) {
  return spec.since(Release::k1_26) && spec.heap_start == HeapStart::kHints && !spec.race;
}

// Hands out a seed's bits, the top ones first.
class SeedBits {
 public:
  constexpr explicit SeedBits(std::uint64_t seed) : rest_(seed) {}

  constexpr std::uint64_t take(unsigned bits) {
    if (bits == 0) return 0;
    const std::uint64_t taken = rest_ >> (64 - bits);
    rest_ <<= bits;
    return taken;
  }

 private:
  std::uint64_t rest_;
};

namespace internal {

// Bits of a randomized address: the user's half of the address space.
constexpr unsigned random_addr_bits(const PortSpec& spec) {
  return spec.heap_addr_bits - 1 - (spec.is(Goarch::kAmd64) ? 1 : 0);
}

constexpr unsigned random_base_bits(const PortSpec& spec) {
  return random_addr_bits(spec) - spec.log_heap_arena_bytes;
}

constexpr std::uint64_t random_base(const PortSpec& spec, SeedBits& bits) {
  return bits.take(random_base_bits(spec)) << spec.log_heap_arena_bytes;
}

// Hint i has the base's top eight bits, as a number, increased by i. The sources clear the prefix
// one or two bits above where they put it, so its lowest bits stay set wherever they were set in
// the base, and hints repeat.
constexpr std::uint64_t random_hint(const PortSpec& spec, std::uint64_t base, unsigned i) {
  const unsigned shift = random_addr_bits(spec) - 8;
  const std::uint64_t prefix = ((base >> shift) + i) & 0xff;
  const std::uint64_t cleared = std::uint64_t{0xff} << (spec.heap_addr_bits - 8);
  return prefix << shift | (base & ~cleared);
}

// The cases of the sources' list. The sources combine bits with OR instead of adding them, so a
// case whose constant has bits in the place of i repeats addresses.
constexpr std::uint64_t default_hint(std::uint64_t i) { return i << 40 | 0x00c0ULL << 32; }
constexpr std::uint64_t arm64_hint(std::uint64_t i) { return i << 40 | 0x0040ULL << 32; }
constexpr std::uint64_t arm64_phone_hint(std::uint64_t i) { return i << 40 | 0x0013ULL << 28; }
constexpr std::uint64_t riscv64_sv39_hint(std::uint64_t i) { return i << 32 | 0x0013ULL << 28; }

constexpr std::optional<std::uint64_t> aix_hint(std::uint64_t i) {
  if (i == 0) return std::nullopt;  // the system's own
  return i << 40 | 0x00a0ULL << 52;
}

constexpr std::optional<std::uint64_t> race_hint(std::uint64_t i) {
  const std::uint64_t address = i << 32 | 0x00c0ULL << 32;
  if (address >= kRaceWindowEnd) return std::nullopt;
  return address;
}

constexpr std::optional<std::uint64_t> race_riscv64_sv39_hint(std::uint64_t i) {
  const std::uint64_t address = i << 28 | 0x0013ULL << 28;
  if (address >= kRaceWindowEndSv39) return std::nullopt;
  return address;
}

// Up to release 1.15 the processor decides first, so linux/arm64 under the race detector gets
// addresses outside the window; from 1.16 the race detector does. Aix is a case from 1.12.
constexpr std::optional<std::uint64_t> hint(const PortSpec& spec, bool sv39, unsigned i) {
  const bool race_first = spec.since(Release::k1_16);
  if (race_first && spec.race) return sv39 ? race_riscv64_sv39_hint(i) : race_hint(i);
  if (formula::is_arm64_phone(spec)) return arm64_phone_hint(i);
  if (spec.is(Goarch::kArm64)) return arm64_hint(i);
  if (sv39) return riscv64_sv39_hint(i);
  if (spec.is(Goos::kAix)) return aix_hint(i);
  if (spec.race) return race_hint(i);
  return default_hint(i);
}

// From release 1.20 the last hints go to user arenas: the upper half or, with the race detector,
// those with i above 0x5f.
constexpr bool is_user_hint(const PortSpec& spec, unsigned i) {
  return spec.since(Release::k1_20) && i > (spec.race ? 0x5fU : 0x3fU);
}

}  // namespace internal

// Both lists, in the order in which the heap tries them. Both are empty if the heap does not start
// from hints; a 32-bit start makes one hint of its own (start32.h), which is known only at run
// time.
[[gnu::cold]] constexpr ArenaHints arena_hints(const PortSpec& spec,
                                               const HintOptions& options = {}) {
  ArenaHints hints;
  if (spec.heap_start != HeapStart::kHints) return hints;

  const bool sv39 = options.sv39 && spec.is(Goarch::kRiscv64) && spec.since(Release::k1_26);
  const bool randomized = options.random_seed.has_value() && can_randomize(spec);
  SeedBits bits(options.random_seed.value_or(0));
  const std::uint64_t base = randomized ? internal::random_base(spec, bits) : 0;

  for (unsigned i = 0; i < kMaxHints; ++i) {
    const std::optional<std::uint64_t> address =
        randomized ? internal::random_hint(spec, base, i) : internal::hint(spec, sv39, i);
    if (!address) continue;
    (internal::is_user_hint(spec, i) ? hints.user : hints.main).push_back(*address);
  }
  return hints;
}

// How many hints the runtime has after its start. After a 32-bit start it is the one that the start
// made.
constexpr unsigned hint_count(const PortSpec& spec, const HintOptions& options = {}) {
  return spec.uses_32_bit_start() ? 1 : arena_hints(spec, options).main.count;
}

constexpr unsigned user_hint_count(const PortSpec& spec, const HintOptions& options = {}) {
  if (spec.uses_32_bit_start()) return spec.since(Release::k1_20) ? 1 : 0;
  return arena_hints(spec, options).user.count;
}

// The first address that the heap tries; empty if none is known before the program runs.
constexpr std::optional<std::uint64_t> first_hint(const PortSpec& spec,
                                                  const HintOptions& options = {}) {
  const ArenaHints hints = arena_hints(spec, options);
  if (hints.main.empty()) return std::nullopt;
  return hints.main[0];
}

// Whether an arena at this hint has a place in the arena map. Growth drops a hint that has none
// without asking for it: all on wasm (1.13 to 1.23), all but the first on arm64 phones from 1.14,
// and all on aix when the base is randomized.
constexpr bool is_usable_hint(const PortSpec& spec, std::uint64_t address) {
  const std::uint64_t last = address + spec.heap_arena_bytes - 1;
  return last >= address && spec.is_addressable(last);
}

// The first hint that a growth by one arena asks for; none if the port has no hints, or none that
// it can use.
constexpr std::optional<std::uint64_t> first_usable_hint(const PortSpec& spec) {
  for (const std::uint64_t hint : arena_hints(spec).main) {
    if (is_usable_hint(spec, hint)) return hint;
  }
  return std::nullopt;
}

// The first growth of a randomized heap, which uses the bits of the seed that follow the base's.
struct FirstGrowth {
  std::uint64_t base_bits = 0;      // OR-ed into the first address: skips whole chunks of an arena
  std::uint64_t padding_pages = 0;  // pages at the start that are marked as allocated
};

// Precondition: can_randomize(spec).
constexpr FirstGrowth randomized_first_growth(const PortSpec& spec, std::uint64_t seed) {
  const unsigned log_chunk_bytes = spec.page_allocator.log_chunk_pages + kPageShift;
  SeedBits bits(seed);
  bits.take(internal::random_base_bits(spec));
  FirstGrowth growth;
  growth.base_bits = bits.take(spec.log_heap_arena_bytes - log_chunk_bytes) << log_chunk_bytes;
  growth.padding_pages = bits.take(log_chunk_bytes) / kPageSize;
  return growth;
}

// The bits of the seed that show in a running program: those of the base, the first hint, and those
// of what the first growth added to it. The rest is 0. Empty if no seed gives that base.
// Precondition: can_randomize(spec).
constexpr std::optional<std::uint64_t> seed_of_base(const PortSpec& spec, std::uint64_t base,
                                                    std::uint64_t base_bits = 0) {
  const unsigned log_chunk_bytes = spec.page_allocator.log_chunk_pages + kPageShift;
  if (base >> internal::random_addr_bits(spec) != 0) return std::nullopt;
  if (base % spec.heap_arena_bytes != 0) return std::nullopt;
  if (base_bits >= spec.heap_arena_bytes ||
      base_bits % (std::uint64_t{1} << log_chunk_bytes) != 0) {
    return std::nullopt;
  }
  const unsigned bits = internal::random_base_bits(spec);
  const unsigned more = spec.log_heap_arena_bytes - log_chunk_bytes;
  const std::uint64_t top =
      base >> spec.log_heap_arena_bytes << more | base_bits >> log_chunk_bytes;
  return top << (64 - bits - more);
}

}  // namespace Atoll::port
