// What a fresh heap of other ports decides, over simulated systems.
#include <ostream>

#include "tests/heap/fidelity.h"
#include "tests/sim_memory/systems.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::test {
namespace {

struct Port {
  System system;
  port::Release release;

  port::PortSpec spec() const { return port::spec(release, system.spec.goos, system.spec.goarch); }
  std::string name() const {
    std::string text(system.preset.name);
    text += "_go" + std::string(port::name(release));
    text[text.rfind('.')] = '_';
    return text;
  }
  friend std::ostream& operator<<(std::ostream& out, const Port& tested) {
    return out << tested.name();
  }
};

std::vector<Port> every_port() {
  using port::Release;
  std::vector<Port> ports;
  for (const System& system : kSystems) {
    for (const Release release : {Release::k1_11, Release::k1_12, Release::k1_14, Release::k1_16,
                                  Release::k1_17, Release::k1_22, Release::k1_26}) {
      if (port::has_port(release, system.spec.goos, system.spec.goarch)) {
        ports.push_back({system, release});
      }
    }
  }
  return ports;
}

class FidelityOf : public testing::TestWithParam<Port> {
 protected:
  HeapOptions options() const {
    HeapOptions options;
    options.spec = GetParam().spec();
    return options;
  }
  const os::sim::Config& config() const { return GetParam().system.preset; }

  // Whether the first arena lies at the first hint.
  bool is_at_hint() const {
    const port::PortSpec spec = options().spec;
    const auto hint = port::first_hint(spec);
    return hint && config().hints == os::sim::Hints::kHonoured &&
           config().placement != os::sim::Placement::kLinear && port::is_usable_hint(spec, *hint) &&
           *hint >> config().address_bits == 0;
  }
};

TEST_P(FidelityOf, ObjectsFollowEachOtherAsTheTablesSay) {
  for (const bool has_tiny : {true, false}) {
    HeapOptions heap_options = options();
    heap_options.tiny = has_tiny;
    TouchableWorld world(config(), heap_options.spec);
    const std::uint64_t base = is_at_hint() ? *port::first_hint(heap_options.spec) : 0;
    expect_addresses(world.os(), heap_options, base, 2000, has_tiny ? 3 : 4);
  }
}

TEST_P(FidelityOf, TheSystemIsAskedAsTheSourcesDo) {
  const HeapOptions heap_options = options();
  // Larger pages of the hardware are asked for whole; our records of larger arenas take a call of
  // their own.
  if (!is_at_hint() || config().page_size > port::kPageSize ||
      heap_options.spec.heap_arena_bytes > std::uint64_t{64} << 20) {
    return;
  }
  TouchableWorld world(config(), heap_options.spec);
  expect_calls_from_hints(world.os(), heap_options);
}

// The first growth of a 32-bit start: nothing but the two reservations is asked for at init, and
// an arena and its metadata are mapped inside of them.
TEST_P(FidelityOf, SmallAddressSpacesAreReservedFirst) {
  const HeapOptions heap_options = options();
  const port::PortSpec& spec = heap_options.spec;
  // Where memory is one growing segment, no place behind the data can be had.
  if (!spec.uses_32_bit_start() || config().placement == os::sim::Placement::kLinear) return;
  TouchableWorld world(config(), spec);
  std::array<os::TraceRecord, 64> storage;
  os::TraceOs trace(world.os(), storage);
  Heap heap;
  ASSERT_EQ(std::string(heap.init(trace, heap_options).view()), "");
  const pages::ArenaSpace& space = heap.pages().arena_space();
  std::vector<os::TraceRecord> reserves;
  for (const os::TraceRecord& record : trace.records()) {
    if (record.verb == os::Verb::kReserve) reserves.push_back(record);
  }
  ASSERT_GE(reserves.size(), 2U);
  EXPECT_TRUE(reserves[0].address.is_null());
  EXPECT_GE(reserves[0].size, port::start32_metadata_bytes(spec));
  EXPECT_LT(reserves[0].size, port::start32_metadata_bytes(spec) + config().page_size);
  trace.clear();

  const void* const p = heap.allocate(8);
  ASSERT_NE(p, nullptr);
  EXPECT_EQ(heap.platform().address(p), space.arena_range().base);
  for (const os::TraceRecord& record : trace.records()) {
    EXPECT_TRUE(record.verb == os::Verb::kMap || record.verb == os::Verb::kUsed)
        << os::name(record.verb);
    const Range range{record.address, record.size};
    EXPECT_TRUE(space.arena_range().contains(range) || space.metadata_range().contains(range));
  }
}

INSTANTIATE_TEST_SUITE_P(EveryPort, FidelityOf, testing::ValuesIn(every_port()),
                         [](const auto& tested) { return tested.param.name(); });

}  // namespace
}  // namespace Atoll::test
