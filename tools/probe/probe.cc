#include "tools/probe/probe.h"

#include <algorithm>
#include <array>
#include <span>

#include "os/base/bits.h"
#include "os/decorators/trace.h"
#include "src/pages/arena_space.h"
#include "src/pages/physical_page.h"
#include "tools/probe/findings.h"

namespace Atoll::probe {
namespace {

using pages::Growth;
using pages::HintOutcome;
using pages::HintTrial;

// The steps of the walk on its way to one region.
class Trials final : public pages::HintObserver {
 public:
  void on_trial(const HintTrial& trial) override {
    if (count_ < trials_.size()) trials_[count_] = trial;
    ++count_;
  }

  std::span<const HintTrial> all() const {
    return {trials_.data(), std::min(count_, trials_.size())};
  }
  bool is_complete() const { return count_ <= trials_.size(); }
  void clear() { count_ = 0; }

 private:
  std::array<HintTrial, port::kMaxHints + 2> trials_;
  std::size_t count_ = 0;
};

class Probe {
 public:
  Probe(os::Os& os, const port::PortSpec& spec, Sink sink, void* context)
      : os_(os),
        trace_(os, records_),
        machine_(os.probe()),
        spec_(spec),
        findings_(sink, context),
        arenas_(trace_, machine_, spec_) {}
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  bool run() {
    tell_values();
    check_page_size();
    check_pointers();
    check_stacks();
    check_address_bits();
    arenas_.observe(&trials_);
    arenas_.init();
    check_start();
    if (grow_first()) {
      check_memory();
      check_stack_span();
      check_second();
    }
    check_calls();
    give_back();
    return findings_.agrees();
  }

 private:
  void tell_values() {
    findings_.value("go", name(spec_.release));
    findings_.value("goos", name(spec_.goos));
    findings_.value("goarch", name(spec_.goarch));
    findings_.value("race", spec_.race ? "true" : "false");
    findings_.value("pageSize", machine_.page_size);
    findings_.value("addressBits", machine_.address_bits);
    findings_.value("FixedStack", spec_.fixed_stack);
    findings_.value("NumStackOrders", spec_.num_stack_orders);
    const auto hint = port::first_hint(spec_);
    if (hint) findings_.value("firstHint", Address(*hint));
  }

  void check_page_size() {
    const auto problem = pages::check_physical_page(spec_, machine_);
    Line fine;
    fine << machine_.page_size << " bytes, a power of two not below " << spec_.min_phys_page_size;
    findings_.check("physical page size", !problem, problem ? problem->view() : fine.view());
    Line granularity;
    granularity << "reservations begin at multiples of ";
    granularity.size(machine_.granularity) << ", arenas at multiples of ";
    granularity.size(spec_.heap_arena_bytes);
    findings_.check(
        "granularity",
        is_power_of_two(machine_.granularity) && spec_.heap_arena_bytes % machine_.granularity == 0,
        granularity.view());
  }

  void check_pointers() {
    Line why;
    why << std::uint64_t{sizeof(void*)} << " bytes in this program, PtrSize "
        << std::uint64_t{spec_.ptr_size};
    const bool is_narrower = spec_.goarch == port::Goarch::kWasm && sizeof(void*) < spec_.ptr_size;
    if (is_narrower) why << " (on wasm Go's pointers are wider than the memory's)";
    findings_.check("pointer size", is_narrower || sizeof(void*) == spec_.ptr_size, why.view());
  }

  void check_stacks() {
    Line cache;
    cache << "StackCacheSize " << spec_.stack_cache_size << " is a multiple of the page size "
          << spec_.page_size;
    findings_.check("stack cache", spec_.stack_cache_size % spec_.page_size == 0, cache.view());
    Line fixed;
    fixed << "FixedStack " << spec_.fixed_stack << " is the power of two that holds StackMin "
          << spec_.stack_min << " and StackSystem " << spec_.stack_system << "; NumStackOrders "
          << std::uint64_t{spec_.num_stack_orders};
    const std::uint64_t least = spec_.stack_min + spec_.stack_system;
    findings_.check("stack sizes",
                    is_power_of_two(spec_.fixed_stack) && spec_.fixed_stack >= least &&
                        spec_.fixed_stack / 2 < least,
                    fixed.view());
  }

  // Fewer bits than the port's cost some hints, which the walk explains one by one; more are fine.
  void check_address_bits() {
    Line why;
    why << std::uint64_t{machine_.address_bits} << " bits found here, heapAddrBits "
        << std::uint64_t{spec_.heap_addr_bits};
    findings_.check("address bits", machine_.address_bits != 0, why.view());
  }

  void check_start() {
    Line why;
    switch (spec_.heap_start) {
      case port::HeapStart::kHints:
        why << "no address space is taken before it is needed; "
            << std::uint64_t{arenas_.hints().size()} << " hints";
        findings_.check("start", trace_.records().empty(), why.view());
        return;
      case port::HeapStart::kBreak:
        why << "no hints and no reservation: memory is one growing segment";
        findings_.check("start", trace_.records().empty() && arenas_.hints().empty(), why.view());
        return;
      case port::HeapStart::kReservation:
        break;
    }
    const Range arenas = arenas_.arena_range();
    const Range metadata = arenas_.metadata_range();
    why << "32-bit start: metadata of ";
    why << metadata.size << " bytes at " << metadata.base << ", arenas of ";
    why.size(arenas.size) << " at " << arenas.base;
    const std::uint64_t wanted = round_up(port::start32_metadata_bytes(spec_), machine_.page_size);
    // The wish lies behind the program's data, which is not where a growing segment ends; some such
    // systems skip to it.
    const bool can_be_had = !machine_.linear_only || machine_.honours_hints;
    if (!can_be_had && arenas.is_empty()) why << ": that place is not the segment's end";
    findings_.check("start", metadata.size == wanted && !(can_be_had && arenas.is_empty()),
                    why.view());
  }

  bool grow_first() {
    first_ = arenas_.grow(1);
    Line why;
    if (!first_.ok()) {
      (void)explain_trials();
      findings_.check("first arena", false, explain(first_).view());
      return false;
    }
    findings_.value("firstArena", first_.region.base);
    const std::span<const HintTrial> trials = trials_.all();
    if (!trials.empty() && trials.back().outcome == HintOutcome::kTaken) {
      findings_.value("hintIndex", trials.size() - 1);
    }
    const bool explained = explain_trials();
    findings_.check("hints", explained && trials_.is_complete(), describe_walk(&why).view());

    Line where;
    where << first_.region.base << ", ";
    where.size(first_.region.size) << ", aligned to ";
    where.size(spec_.heap_arena_bytes)
        << ", arena index " << spec_.arena_index(first_.region.base.value()) << " of "
        << spec_.num_arenas();
    findings_.check("first arena",
                    first_.region.base.is_aligned(spec_.heap_arena_bytes) &&
                        spec_.is_addressable(first_.region.last().value()),
                    where.view());
    return is_mapped(first_.region);
  }

  const Line& describe_walk(Line* why) const {
    const std::span<const HintTrial> trials = trials_.all();
    if (trials.empty()) {
      *why << (spec_.uses_32_bit_start() ? "none asked for: the reservation serves first"
                                         : "none: the system chose");
    } else if (trials.back().outcome == HintOutcome::kTaken) {
      *why << "hint " << std::uint64_t{trials.size() - 1} << " was honoured";
      if (trials.size() > 1) *why << ", those before it were not and are explained";
    } else {
      *why << "none of " << std::uint64_t{trials.size()}
           << " could be honoured, each is explained; the system chose";
    }
    return *why;
  }

  // Tells why hints were not honoured, those with the same reason in one note. False if there is
  // one that nothing explains.
  bool explain_trials() {
    const std::span<const HintTrial> trials = trials_.all();
    bool explained = true;
    for (std::size_t first = 0; first < trials.size();) {
      const Reason reason = reason_of(trials[first]);
      std::size_t next = first + 1;
      while (next < trials.size() && reason_of(trials[next]) == reason) ++next;
      if (reason != Reason::kNone) note_hints(trials.subspan(first, next - first), first, reason);
      explained = explained && reason != Reason::kUnknown;
      first = next;
    }
    return explained;
  }

  enum class Reason : std::uint8_t {
    kNone,  // it was honoured
    kOutsideArenaMap,
    kAddressBits,
    kLinear,
    kIgnored,
    kOccupied,
    kUnknown,
  };

  Reason reason_of(const HintTrial& trial) {
    if (trial.outcome == HintOutcome::kTaken) return Reason::kNone;
    if (trial.outcome == HintOutcome::kNotAsked) return Reason::kOutsideArenaMap;
    const Range wanted = wanted_by(trial);
    const std::uint32_t bits = machine_.address_bits;
    if (bits < 64 && wanted.last().value() >> bits != 0) return Reason::kAddressBits;
    if (machine_.linear_only) return Reason::kLinear;
    if (!machine_.honours_hints) return Reason::kIgnored;
    return is_occupied(wanted) ? Reason::kOccupied : Reason::kUnknown;
  }

  static Range wanted_by(const HintTrial& trial) {
    return {trial.hint.down ? trial.hint.address - trial.size : trial.hint.address, trial.size};
  }

  void note_hints(std::span<const HintTrial> trials, std::size_t first, Reason reason) {
    Line note;
    note << (trials.size() > 1 ? "hints " : "hint ") << std::uint64_t{first};
    if (trials.size() > 1) note << " to " << std::uint64_t{first + trials.size() - 1};
    note << ", at " << wanted_by(trials.front()).base;
    if (trials.size() > 1) note << " to " << wanted_by(trials.back()).base;
    switch (reason) {
      case Reason::kOutsideArenaMap:
        note << ": not asked for, because the arena map ends below";
        break;
      case Reason::kAddressBits:
        note << ": not honoured, because this system has " << std::uint64_t{machine_.address_bits}
             << " bits of address";
        break;
      case Reason::kLinear:
        note << ": not honoured, because memory is one growing segment";
        break;
      case Reason::kIgnored:
        note << ": not honoured, because this system ignores hints";
        break;
      case Reason::kOccupied:
        note << ": not honoured, because something else lies there";
        break;
      case Reason::kUnknown:
        note << ": not honoured, and nothing explains it";
        break;
      case Reason::kNone:
        break;
    }
    findings_.note(note.view());
  }

  // Whether a page at the beginning, in the middle or at the end is occupied.
  bool is_occupied(Range wanted) {
    for (const std::uint64_t sixteenth : {0U, 1U, 2U, 4U, 8U, 12U, 15U}) {
      const Address place =
          (wanted.base + wanted.size / 16 * sixteenth).aligned_down(machine_.granularity);
      const os::Allocation page = os_.reserve(place, machine_.page_size);
      if (page.ok()) (void)os_.release(page.base, machine_.page_size);
      if (page.base != place) return true;
    }
    return false;
  }

  // From 1.17 the heap maps arenas as it uses them.
  bool is_mapped(Range region) {
    if (!spec_.since(port::Release::k1_17)) return true;
    const os::Status status = trace_.map(region.base, region.size);
    if (!status.ok()) findings_.check("map", false, os::describe(status.failure));
    return status.ok();
  }

  // First touched, then given back and taken again: the way of every page of a heap.
  void check_memory() {
    const std::uint64_t size = round_up(spec_.page_size, machine_.page_size);
    for (const Address page : {first_.region.base, first_.region.end() - size}) {
      if (!os_.used(page, size).ok()) {
        findings_.check("memory", false, "a page of the arena could not be used");
        return;
      }
      auto* bytes = static_cast<volatile unsigned char*>(page.pointer());
      const bool was_zero = bytes[0] == 0 && bytes[size - 1] == 0;
      bytes[0] = 0x5a;
      bytes[size - 1] = 0xa5;
      const bool holds = bytes[0] == 0x5a && bytes[size - 1] == 0xa5;
      const bool came_back = os_.unused(page, size).ok() && os_.used(page, size).ok();
      const bool is_zero = bytes[0] == 0 && bytes[size - 1] == 0;
      const bool ok = was_zero && holds && came_back && (is_zero || !os_.decommit_zeroes());
      if (ok) continue;
      findings_.check("memory", false,
                      !was_zero    ? "fresh memory is not zero"
                      : !holds     ? "memory does not hold what is written"
                      : !came_back ? "memory could not be given back and taken again"
                                   : "memory that was given back is not zero again");
      return;
    }
    findings_.check("memory", true,
                    os_.decommit_zeroes()
                        ? "both ends of the arena are zero, hold what is written, and are zero "
                          "again after being given back"
                        : "both ends of the arena are zero and hold what is written; what is "
                          "given back is not cleared here");
  }

  // Cuts a real span into stacks of every cached order and writes to both ends of each.
  void check_stack_span() {
    const std::uint64_t span = spec_.stack_cache_size;
    const std::uint64_t size = round_up(span, machine_.page_size);
    bool ok = os_.used(first_.region.base, size).ok();
    Line why;
    why << "a span of " << span << " bytes holds";
    for (unsigned order = 0; ok && order < port::num_used_stack_orders(spec_); ++order) {
      const std::uint64_t stack = spec_.fixed_stack << order;
      why << (order == 0 ? " " : ", ") << span / stack << " stacks of " << stack;
      for (std::uint64_t offset = 0; offset < span; offset += stack) {
        auto* bytes = static_cast<volatile unsigned char*>((first_.region.base + offset).pointer());
        bytes[0] = static_cast<unsigned char>(order + 1);
        bytes[stack - 1] = static_cast<unsigned char>(order + 1);
        ok = ok && bytes[0] == order + 1;
      }
    }
    findings_.check("stack span", ok, why.view());
  }

  // The next arena must follow the first, unless somebody else is there.
  void check_second() {
    trials_.clear();
    const Range first = first_.region;
    second_ = arenas_.grow(first.size);
    Line why;
    if (!second_.ok()) {
      findings_.check("second arena", false, explain(second_).view());
      return;
    }
    if (!is_mapped(second_.region)) return;
    why << second_.region.base;
    bool ok =
        !second_.region.overlaps(first) && second_.region.base.is_aligned(spec_.heap_arena_bytes);
    if (second_.region.base == first.end()) {
      why << ", right behind the first";
    } else if (second_.region.end() == first.base) {
      why << ", right before the first";
    } else {
      ok = explain_trials() && ok;
      why << ", not beside the first";
    }
    findings_.check("second arena", ok, why.view());
  }

  // Every hint that the heap asked for is one call, in that order, and there are no other calls
  // except those that the port's way of starting needs.
  void check_calls() {
    const std::span<const os::TraceRecord> calls = trace_.records();
    for (const os::TraceRecord& call : calls) {
      std::array<char, os::kTraceLine> line;
      findings_.call(os::format(call, line));
    }
    bool ok = trace_.overflow() == 0 && !calls.empty() && calls[0].verb == os::Verb::kReserve;
    Line why;
    why << std::uint64_t{calls.size()} << " calls; ";
    if (ok && spec_.uses_32_bit_start()) {
      ok = calls.size() > 1 && calls[0].address.is_null() && calls[1].verb == os::Verb::kReserve &&
           calls[1].size == port::kStart32Reservations[0] + spec_.heap_arena_bytes;
      why << "first the metadata, then the largest reservation of arenas";
    } else if (ok && spec_.heap_start == port::HeapStart::kHints) {
      const auto first = port::first_usable_hint(spec_);
      ok = first ? calls[0].address == Address(*first) && calls[0].size == spec_.heap_arena_bytes
                 : calls[0].address.is_null();
      why << "the first asks for " << (first ? "the first usable hint" : "any place");
    } else {
      ok = ok && calls[0].address.is_null();
      why << "the first asks for any place";
    }
    findings_.check("calls", ok, why.view());
  }

  // Everything goes back to the system, and the same place can be reserved again.
  void give_back() {
    const Range reserved = arenas_.arena_range();
    bool ok = true;
    for (const Growth* growth : {&first_, &second_}) {
      if (!growth->ok() || growth->region.is_empty() || reserved.contains(growth->region)) continue;
      ok = os_.free(growth->region.base, growth->region.size).ok() && ok;
    }
    for (const Range range : {reserved, arenas_.metadata_range()}) {
      if (!range.is_empty()) ok = os_.free(range.base, range.size).ok() && ok;
    }
    if (ok && first_.ok() && machine_.honours_hints && !machine_.linear_only) {
      const os::Allocation again = os_.reserve(first_.region.base, first_.region.size);
      ok = again.base == first_.region.base;
      if (again.ok()) (void)os_.release(again.base, first_.region.size);
    }
    findings_.check("give back", ok,
                    "everything was given back, and the first place is free again");
  }

  std::array<os::TraceRecord, 512> records_;
  os::Os& os_;
  os::TraceOs trace_;
  os::Machine machine_;
  port::PortSpec spec_;
  Findings findings_;
  Trials trials_;
  pages::ArenaSpace arenas_;
  Growth first_;
  Growth second_;
};

}  // namespace

bool run(os::Os& os, port::Release release, bool race, Sink sink, void* context) {
  Probe probe(os, port::native_spec(release, race), sink, context);
  return probe.run();
}

}  // namespace Atoll::probe
