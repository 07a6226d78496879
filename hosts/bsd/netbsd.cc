// NetBSD 10.
#include "hosts/bsd/calls.h"
#include "hosts/bsd/process.h"
#include "os/sim/presets.h"

namespace Atoll::hosts::bsd {
namespace {

namespace presets = os::sim::presets;

constexpr ServedCall kCalls[] = {
    {1, "exit", calls::exit},           {3, "read", calls::read},
    {4, "write", calls::write},         {73, "munmap", calls::munmap},
    {74, "mprotect", calls::mprotect},  {75, "madvise", calls::madvise},
    {78, "mincore", calls::mincore},    {166, "__futex", calls::futex},
    {197, "mmap", calls::mmap},         {202, "__sysctl", calls::sysctl},
    {350, "sched_yield", calls::yield}, {427, "__clock_gettime50", calls::clock_gettime},
    {453, "pipe2", calls::pipe2},
};

constexpr std::uint64_t kNoReserve = 0x40;
constexpr std::uint64_t kStack = 0x2000;

#if defined(__aarch64__)
constexpr os::sim::Config kRules = presets::netbsd_arm64();
#else
constexpr os::sim::Config kRules = presets::netbsd_amd64();
#endif

}  // namespace

const Personality kNetbsd = {
    .brand = Brand::kNetbsd,
    .rules = kRules,
    .calls = kCalls,
    .offset_argument = 6,
    .map_flags = kNoReserve | kStack,
    .map_of_nothing_succeeds = true,
    .anonymous_has_no_offset = false,
    .forbids_writable_text = false,
    .largest_heap = 0,
    .highest_hint = kRules.origin,
    .places_at_random = false,
    .unmap_of_nothing_succeeds = true,
    .unmap_finds_holes = false,
    .protect_finds_holes = false,
    .advise_finds_holes = true,
    .advise_free = 6,
    .random_name = 81,
    .monotonic_clock = 3,
    .futex_wait = 0,
    .futex_wake = 1,
#if defined(__aarch64__)
    .number_in_instruction = true,
#endif
};

}  // namespace Atoll::hosts::bsd
