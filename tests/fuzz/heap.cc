// Makes requests of a heap over a simulated system that refuses calls when the input says so.
//
// The first bytes choose the system, its limits, the release, the heap's options, and a call of
// init() that the system refuses. The rest are requests. Those to flush and to scavenge have bits
// that say nothing to a heap: with these they choose which calls the system refuses from then on.
#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "os/decorators/fault_injection.h"
#include "tests/fuzz/fuzz.h"
#include "tests/heap/model.h"
#include "tests/heap/refused_returns.h"
#include "tests/heap/request_source.h"
#include "tests/sim_memory/systems.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::test {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

bool has_bit(std::uint8_t byte, unsigned bit) { return (byte >> bit & 1) != 0; }

// A system that is smaller and more hostile than its preset.
os::sim::Config with_limits(os::sim::Config config, FuzzInput& input) {
  using os::sim::Hints;
  using os::sim::Residency;
  const std::uint8_t changes = take_byte(input);
  config.fails_partway = has_bit(changes, 0);
  if (has_bit(changes, 1)) config.residency = Residency::kUnknown;
  if (has_bit(changes, 2)) config.residency = Residency::kEverything;
  if (has_bit(changes, 3)) config.takes_huge_page_wishes = true;
  const bool may_move =
      config.hints == Hints::kHonoured && config.placement != os::sim::Placement::kLinear;
  if (may_move && has_bit(changes, 4)) config.hints = Hints::kMoved;
  if (may_move && has_bit(changes, 5)) config.hints = Hints::kIgnored;
  const std::uint8_t limit = take_byte(input);
  if (limit != 0 && has_bit(changes, 6)) config.commit_limit = limit * kMiB / 4;
  if (limit != 0 && has_bit(changes, 7)) config.address_space_limit = limit * kMiB * 2;
  return config;
}

HeapOptions options_of(const System& system, FuzzInput& input) {
  HeapOptions options;
  options.spec = system.spec;
  options.pages.hints.sv39 = system.preset.address_bits == 38;
  const std::uint8_t first = take_byte(input);
  options.objects.tiny = !has_bit(first, 0);
  options.objects.checked = has_bit(first, 1);
  options.pages.is_sparing = has_bit(first, 2);
  options.pages.is_bounded = has_bit(first, 3);
  options.pages.keeps_hints = has_bit(first, 4);
  options.random_hints = has_bit(first, 5);
  options.objects.aligns_to_16 = has_bit(first, 6);
  options.objects.aligns_all_to_16 = has_bit(first, 6) && has_bit(first, 7);
  const std::uint8_t second = take_byte(input);
  if (has_bit(second, 0)) options.objects.most_stocked = kMiB / 2;
  if (has_bit(second, 1)) options.objects.most_large_cached = 2 * kMiB;
  if (has_bit(second, 2)) options.objects.most_listed = 0;
  if (has_bit(second, 3)) options.pages.scavenge_delay = has_bit(second, 4) ? 0 : 1000;
  options.objects.profile_rate = std::array{0U, 1U, 4096U, 0U}[second >> 5 & 3];
  if (has_bit(second, 7)) options.pages.record_window = (has_bit(second, 4) ? 64 : 1024) * kMiB;
  return options;
}

// Which calls the system refuses from now on.
void change_faults(os::FaultInjectionOs& faults, const Request& request) {
  using os::Verb;
  const std::array<os::VerbSet, 8> choices = {{
      os::VerbSet(),
      os::VerbSet::all(),
      Verb::kReserve,
      Verb::kMap,
      Verb::kUsed | Verb::kAlloc,
      Verb::kUnused,
      Verb::kRelease | Verb::kFree,
      Verb::kResident | Verb::kWishHugePages | Verb::kFault,
  }};
  faults.only(choices[request.alignment_log2 / 2 % choices.size()]);
  if (request.size == 0) {
    faults.fail_nothing();
  } else if (request.size % 2 == 1) {
    faults.fail_call(request.slot + 1);
  } else {
    faults.fail_from_call(request.slot + 1);
  }
}

// Whether a request speaks to the system.
bool is_for_system(const Request& request) {
  return request.alignment_log2 != 0 &&
         (request.kind == RequestKind::kFlush || request.kind == RequestKind::kScavenge);
}

std::string text(const Line& line) { return std::string(line.view()); }

// The life of a heap that was initialised.
std::string live(Heap& heap, const HeapOptions& options, const CorruptionLog& log,
                 os::FaultInjectionOs& faults, FuzzInput input) {
  ModelOptions model_options;
  model_options.slots = 64;
  model_options.stack_slots = 8;
  model_options.most_live_bytes = 8 * kMiB;
  model_options.may_fail = true;
  model_options.corruptions = &log;
  Model model(heap, options, model_options);
  bool is_right = true;
  while (is_right) {
    const std::optional<Request> request = decode(input);
    if (!request.has_value()) break;
    if (is_for_system(*request)) {
      change_faults(faults, *request);
    } else {
      is_right = model.execute(*request);
    }
  }
  if (is_right) is_right = model.check() && model.check_contents();
  faults.fail_nothing();
  if (is_right && model.free_all()) (void)model.check();
  return model.failure();
}

const std::vector<System>& every_system() {
  using port::Release;
  static const std::vector<System> all =
      systems_of({Release::k1_11, Release::k1_12, Release::k1_13, Release::k1_14, Release::k1_16,
                  Release::k1_17, Release::k1_21, Release::k1_22, Release::k1_26, Release::k1_27});
  return all;
}

std::string run(const System& system, FuzzInput input) {
  HeapOptions options = options_of(system, input);
  TouchableWorld world(with_limits(system.preset, input), options.spec);
  os::FaultInjectionOs faults(world.os());
  RefusedReturns returns(static_cast<os::Os&>(faults));
  CorruptionLog log;
  log.listen(options);
  if (const std::uint8_t call = take_byte(input)) faults.fail_call(call);
  std::string failure;
  {
    Heap heap;
    const std::string why = text(heap.init(returns, options));
    if (!why.empty() && world.os().bytes_held() > returns.bytes()) {
      return "init() left something behind: " + why;
    }
    if (why.empty()) failure = live(heap, options, log, faults, input);
  }
  if (failure.empty() && world.os().bytes_held() > returns.bytes()) {
    failure = "the heap's end left something behind";
  }
  if (failure.empty() && world.os().misuses() != 0) failure = "the system was misused";
  return failure.empty() ? failure : name_of(system) + ": " + failure;
}

}  // namespace

std::string fuzz(FuzzInput input) {
  const std::vector<System>& systems = every_system();
  const std::size_t first = take_byte(input);
  return run(systems[(first << 8 | take_byte(input)) % systems.size()], input);
}

}  // namespace Atoll::test
