// FreeBSD 14.
#include "hosts/base/refuse.h"
#include "hosts/bsd/calls.h"
#include "hosts/bsd/errors.h"
#include "hosts/bsd/process.h"
#include "os/sim/presets.h"

namespace Atoll::hosts::bsd {
namespace {

namespace presets = os::sim::presets;

Answer umtx_op(Process& process, const Arguments& a) {
  constexpr std::uint64_t kWaitUintPrivate = 15;
  constexpr std::uint64_t kWakePrivate = 16;
  if (a[1] == kWakePrivate) return {};
  if (a[1] != kWaitUintPrivate) {
    refuse("_umtx_op %llu is not served", static_cast<unsigned long long>(a[1]));
  }
  std::uint32_t word = 0;
  if (!process.copy_in(&word, a[0], sizeof word)) return failed(error::kFault);
  if (word == static_cast<std::uint32_t>(a[2])) {
    refuse("_umtx_op would sleep for ever: there is one thread");
  }
  return {};
}

constexpr ServedCall kCalls[] = {
    {1, "exit", calls::exit},
    {3, "read", calls::read},
    {4, "write", calls::write},
    {73, "munmap", calls::munmap},
    {74, "mprotect", calls::mprotect},
    {75, "madvise", calls::madvise},
    {78, "mincore", calls::mincore},
    {202, "__sysctl", calls::sysctl},
    {232, "clock_gettime", calls::clock_gettime},
    {331, "sched_yield", calls::yield},
    {454, "_umtx_op", umtx_op},
    {477, "mmap", calls::mmap},
    {542, "pipe2", calls::pipe2},
};

}  // namespace

const Personality kFreebsd = {
    .brand = Brand::kFreebsd,
#if defined(__aarch64__)
    .rules = presets::freebsd_arm64(),
#else
    .rules = presets::freebsd_amd64(),
#endif
    .calls = kCalls,
    .offset_argument = 5,
    .map_flags = 0,
    .map_of_nothing_succeeds = false,
    .anonymous_has_no_offset = true,
    .forbids_writable_text = false,
#if defined(__aarch64__)
    .largest_heap = presets::kGiB,
#else
    .largest_heap = 32 * presets::kGiB,
#endif
    .highest_hint = Address(),
    .places_at_random = false,
    .unmap_of_nothing_succeeds = false,
    .unmap_finds_holes = false,
    .protect_finds_holes = true,
    .advise_finds_holes = false,
    .mincore_rounds = true,
    .resident_bits = 7,
    .advise_free = 5,
    .random_name = 37,
    .monotonic_clock = 4,
    .arguments_in_first_register = true,
};

}  // namespace Atoll::hosts::bsd
