// The numbers the book gives, checked whenever the model is compiled, for whatever target.

#include "src/port/port.h"

namespace Atoll::port {
namespace {

using enum Goos;
using enum Goarch;

constexpr bool stacks_are(Goos goos, Goarch goarch, std::uint64_t fixed_stack, unsigned orders) {
  const PortLookup found = find_port(kDefaultRelease, goos, goarch);
  return found && found.spec.fixed_stack == fixed_stack && found.spec.num_stack_orders == orders &&
         largest_cached_stack(found.spec) == 16384;
}

// The book's table of stack sizes: linux, darwin and the BSDs ...
static_assert(stacks_are(kLinux, k386, 2048, 4));
static_assert(stacks_are(kLinux, kAmd64, 2048, 4));
static_assert(stacks_are(kLinux, kArm, 2048, 4));
static_assert(stacks_are(kLinux, kArm64, 2048, 4));
static_assert(stacks_are(kDarwin, k386, 2048, 4));
static_assert(stacks_are(kDarwin, kAmd64, 2048, 4));
static_assert(stacks_are(kDragonfly, kAmd64, 2048, 4));
static_assert(stacks_are(kFreebsd, kAmd64, 2048, 4));
static_assert(stacks_are(kNetbsd, kAmd64, 2048, 4));
static_assert(stacks_are(kOpenbsd, kAmd64, 2048, 4));
// ... except the phones, which the table forgets ...
static_assert(stacks_are(kDarwin, kArm, 4096, 4));
static_assert(stacks_are(kDarwin, kArm64, 4096, 4));
// ... windows and plan9.
static_assert(stacks_are(kWindows, k386, 4096, 3));
static_assert(stacks_are(kWindows, kAmd64, 8192, 2));
static_assert(stacks_are(kPlan9, k386, 4096, 3));
static_assert(stacks_are(kPlan9, kAmd64, 4096, 3));

// The check of stackinit: the cache is whole pages.
static_assert(kStackCacheSize % kPageSize == 0);

// The four formulas of arena hints, tried with i ascending.
template <typename Formula>
constexpr bool hints_are(Goos goos, Goarch goarch, bool race, unsigned count, Formula formula) {
  const PortLookup found = find_port(kDefaultRelease, goos, goarch, race);
  if (!found) return false;
  const ArenaHints hints = arena_hints(found.spec);
  if (hints.main.count != count || !hints.user.empty()) return false;
  for (unsigned i = 0; i < count; ++i) {
    if (hints.main[i] != formula(std::uint64_t{i})) return false;
  }
  return true;
}

static_assert(hints_are(kLinux, kAmd64, false, 128,
                        [](std::uint64_t i) { return i << 40 | std::uint64_t{0x00c0} << 32; }));
static_assert(hints_are(kWindows, kAmd64, false, 128,
                        [](std::uint64_t i) { return i << 40 | std::uint64_t{0x00c0} << 32; }));
static_assert(hints_are(kLinux, kArm64, false, 128,
                        [](std::uint64_t i) { return i << 40 | std::uint64_t{0x0040} << 32; }));
static_assert(hints_are(kDarwin, kArm64, false, 128,
                        [](std::uint64_t i) { return i << 40 | std::uint64_t{0x0013} << 28; }));
// The race detector's 32 addresses come twice, because i is OR-ed in.
static_assert(hints_are(kLinux, kAmd64, true, 64,
                        [](std::uint64_t i) { return kRaceWindowStart + (i % 32 << 32); }));

// A 32-bit start: a quarter of a gigabyte and more for metadata.
static_assert(start32_metadata_bytes(spec(kDefaultRelease, kLinux, k386)) == 270'532'608);

// Size classes: 66 and the empty one, of which class 2 is the tiny one.
static_assert(size_classes(kDefaultRelease).count == 67);
static_assert(size_classes(kDefaultRelease).classes[kTinySizeClass].size == kTinySize);
static_assert(size_classes(kDefaultRelease).classes[66].size == kMaxSmallSize);

}  // namespace
}  // namespace Atoll::port
