#include "tests/sim_memory/touchable_world.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace Atoll::test {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;
constexpr std::uint64_t k4GiB = 4 * kGiB;
constexpr std::uint64_t kSegment = std::uint64_t{1} << 48;

constexpr std::uint64_t kBiasUnit = 64 * kGiB;

// Where the lowest memory may go instead: within the low 512 GiB that are all a ThreadSanitizer
// leaves to programs, or above the shadow of an AddressSanitizer and below its heap.
constexpr std::array<std::uint64_t, 2> kHomes = {kBiasUnit, 0x1100'0000'0000};

bool is_linear(const os::sim::Config& config) {
  return config.placement == os::sim::Placement::kLinear;
}

Range usable(const os::sim::Config& config) {
  const Address first = std::max(config.lowest, Address(config.page_size));
  const std::uint64_t last = ~std::uint64_t{0} >> (64 - config.address_bits);
  const Address end = config.end.is_null() ? Address(last) : config.end;
  return {first, end - first};
}

// No program, library or stack is between the hints of most ports and those of arm64.
os::sim::Config with_free_origin(os::sim::Config config, const port::PortSpec& spec) {
  if (is_linear(config) || config.address_bits <= 40) return config;
  const Address first_hint(port::first_hint(spec).value_or(0));
  const Address usual_hint = config.origin.aligned_down(kSegment) + 0xc0'0000'0000;
  config.origin = std::max(first_hint, usual_hint) - 320 * kGiB;
  return config;
}

// What a heap will want first.
std::vector<Range> wanted(const os::sim::Config& config, const port::PortSpec& spec) {
  const Range all = usable(config);
  if (is_linear(config) || config.address_bits <= 32) {
    const Address end = std::min(all.end(), Address(k4GiB)).aligned_down(config.granularity);
    return {{all.base, end - all.base}};
  }
  const bool is_up = config.placement == os::sim::Placement::kBottomUp;
  std::vector<Range> places = {{is_up ? config.origin : config.origin - kGiB, kGiB}};
  const Range hinted{Address(port::first_hint(spec).value_or(0)), kGiB};
  if (all.contains(hinted)) places.push_back(hinted);
  return places;
}

bool are_free(const std::vector<Range>& places, std::uint64_t bias) {
  return std::all_of(places.begin(), places.end(),
                     [&](Range place) { return HostMemory::is_free(place, bias); });
}

std::uint64_t find_bias(const os::sim::Config& config, const port::PortSpec& spec) {
  const std::vector<Range> places = wanted(config, spec);
  if (are_free(places, 0)) return 0;
  Address lowest = places.front().base;
  for (const Range place : places) lowest = std::min(lowest, place.base);
  for (const std::uint64_t home : kHomes) {
    const std::uint64_t bias = lowest.aligned_down(kBiasUnit).value() - home;
    if (are_free(places, bias)) return bias;
  }
  std::fprintf(stderr, "TouchableWorld: no place in this process for the memory of %s\n",
               std::string(config.name).c_str());
  std::abort();
}

os::sim::Config with_memory(os::sim::Config config, std::uint64_t bias, HostMemory* memory) {
  config.backing = memory;
  config.pointer_bias = bias;
  return config;
}

}  // namespace

TouchableWorld::TouchableWorld(const os::sim::Config& preset, const port::PortSpec& spec)
    : spec_(spec),
      bias_(find_bias(with_free_origin(preset, spec), spec)),
      memory_(bias_),
      os_(with_memory(with_free_origin(preset, spec), bias_, &memory_)) {}

}  // namespace Atoll::test
