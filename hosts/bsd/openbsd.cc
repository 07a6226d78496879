// OpenBSD 7.1 and later.
#include <unistd.h>

#include <array>

#include "hosts/base/refuse.h"
#include "hosts/bsd/calls.h"
#include "hosts/bsd/errors.h"
#include "hosts/bsd/process.h"
#include "os/sim/presets.h"

namespace Atoll::hosts::bsd {
namespace {

namespace presets = os::sim::presets;

Answer getentropy(Process& process, const Arguments& a) {
  std::array<std::byte, 256> bytes;
  if (a[1] > bytes.size()) return failed(error::kInvalid);
  const auto size = static_cast<std::size_t>(a[1]);
  if (::getentropy(bytes.data(), size) != 0) refuse("there is no entropy");
  return failed(size == 0 || process.copy_out(a[0], bytes.data(), size) ? 0 : error::kFault);
}

constexpr ServedCall kCalls[] = {
    {1, "exit", calls::exit},           {3, "read", calls::read},
    {4, "write", calls::write},         {7, "getentropy", getentropy},
    {49, "mmap", calls::mmap},          {73, "munmap", calls::munmap},
    {74, "mprotect", calls::mprotect},  {75, "madvise", calls::madvise},
    {83, "futex", calls::futex},        {87, "clock_gettime", calls::clock_gettime},
    {101, "pipe2", calls::pipe2},       {202, "sysctl", calls::sysctl},
    {298, "sched_yield", calls::yield},
};

constexpr std::uint64_t kStack = 0x4000;

}  // namespace

const Personality kOpenbsd = {
    .brand = Brand::kOpenbsd,
#if defined(__aarch64__)
    .rules = presets::openbsd_arm64(),
#else
    .rules = presets::openbsd_amd64(),
#endif
    .calls = kCalls,
    .offset_argument = 5,
    .map_flags = kStack,
    .map_of_nothing_succeeds = false,
    .anonymous_has_no_offset = false,
    .forbids_writable_text = true,
    .largest_heap = 0,
    .highest_hint = Address(),
    .places_at_random = true,
    .unmap_of_nothing_succeeds = true,
    .unmap_finds_holes = true,
    .protect_finds_holes = false,
    .advise_finds_holes = true,
    .advise_free = 6,
    .random_name = 0,
    .monotonic_clock = 3,
    .futex_wait = 1,
    .futex_wake = 2,
#if defined(__aarch64__)
    .skipped_after_call = 8,
#endif
};

}  // namespace Atoll::hosts::bsd
