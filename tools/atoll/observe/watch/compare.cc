#include "tools/atoll/observe/watch/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <functional>
#include <string_view>

#include "os/base/bits.h"
#include "tools/atoll/text.h"

namespace Atoll::observe {
namespace {

using port::HeapStart;
using port::PortSpec;
using port::Release;
using tool::Check;
using tool::hex;

constexpr std::uint64_t kMiB = 1 << 20;

std::string size_text(std::uint64_t bytes) {
  if (bytes % kMiB == 0) return fmt::format("{} MiB", bytes / kMiB);
  if (bytes % 1024 == 0) return fmt::format("{} KiB", bytes / 1024);
  return fmt::format("{} bytes", bytes);
}

// Address space that is not accessible yet.
bool is_reservation(const Call& call) {
  return call.kind == CallKind::kMap && !call.is_accessible && !call.is_fixed;
}

// Memory that the system places.
bool is_memory(const Call& call) {
  return call.kind == CallKind::kMap && call.is_accessible && !call.is_fixed && call.address == 0;
}

class Comparer {
 public:
  Comparer(const PortSpec& spec, const Watched& watched, const Machine& machine)
      : spec_(spec), calls_(watched.calls), watched_(watched), machine_(machine) {}

  Comparison run() {
    check_summaries();
    if (!is_over_) check_index();
    if (!is_over_) check_start();
    if (result_.first_arena) {
      check_first_arena();
      check_arena_map();
      check_metadata();
      check_first_growth();
      check_threads();
    }
    check_ending();
    return std::move(result_);
  }

 private:
  using Wanted = std::function<bool(const Call&)>;

  void check_start() {
    switch (spec_.heap_start) {
      case HeapStart::kHints:
        check_hints();
        break;
      case HeapStart::kReservation:
        check_start_of_32_bits();
        break;
      case HeapStart::kBreak:
        result_.notes.emplace_back(
            "memory is one segment: there is nothing to compare but its end");
        break;
    }
  }

  void check(std::string name, bool ok, std::string why) {
    result_.checks.push_back({std::move(name), ok, std::move(why)});
  }

  // The next call of the kind, from the cursor on; the cursor stays if there is none.
  const Call* next(const Wanted& wanted) {
    const auto found = std::find_if(calls_.begin() + cursor_, calls_.end(), wanted);
    if (found == calls_.end()) return nullptr;
    cursor_ = found - calls_.begin() + 1;
    return &*found;
  }

  // The same without moving the cursor.
  const Call* find(const Wanted& wanted) const {
    const auto found = std::find_if(calls_.begin() + cursor_, calls_.end(), wanted);
    return found == calls_.end() ? nullptr : &*found;
  }

  std::uint64_t whole_pages(std::uint64_t bytes) const {
    return round_up(bytes, machine_.page_size);
  }

  const Call* next_reservation(std::uint64_t bytes) {
    return next([&](const Call& call) {
      return is_reservation(call) && call.address == 0 && call.size == bytes;
    });
  }

  // Says once why the system may have refused so much.
  void note_limit() {
    if (!machine_.address_space || is_limit_noted_) return;
    is_limit_noted_ = true;
    result_.notes.push_back(
        fmt::format("the limit of address space (ulimit -v) is {}; Go {} on this port needs {} and "
                    "room for the program itself",
                    size_text(*machine_.address_space), name(spec_.release),
                    size_text(round_up(address_space_at_start(spec_), kMiB))));
  }

  std::string refused(const Call& call) {
    note_limit();
    return fmt::format("{} refused: {}", size_text(call.size), call.error);
  }

  // --- The page allocator. ---

  std::vector<std::uint64_t> summary_sizes() const {
    const port::PageAllocatorSpec& pages = spec_.page_allocator;
    if (pages.one_reservation) return {whole_pages(summary_bytes(spec_))};
    std::vector<std::uint64_t> sizes;
    for (unsigned level = 0; level < pages.summary_levels; ++level) {
      sizes.push_back(whole_pages(pages.level_bytes[level]));
    }
    return sizes;
  }

  void check_summaries() {
    if (!spec_.since(Release::k1_14)) return;
    std::string sizes;
    for (const std::uint64_t size : summary_sizes()) {
      const Call* const call = next_reservation(size);
      if (call == nullptr) {
        return check("page summaries", false,
                     fmt::format("no reservation of {} in this order", size_text(size)));
      }
      if (!call->result) {
        is_over_ = true;
        return check("page summaries", false, refused(*call));
      }
      sizes += (sizes.empty() ? "" : ", ") + size_text(size);
    }
    check("page summaries", true, fmt::format("reserved in this order: {}", sizes));
  }

  void check_index() {
    const std::uint64_t bytes = scavenge_index_bytes(spec_);
    if (bytes == 0) return;
    const Call* const call = next_reservation(whole_pages(bytes));
    if (call == nullptr) {
      return check("scavenger's index", false,
                   fmt::format("no reservation of {} behind the summaries", size_text(bytes)));
    }
    if (!call->result) {
      result_.notes.push_back(fmt::format(
          "the scavenger's index: {}; Go goes on all the same, with an index at address 0",
          refused(*call)));
    }
    check("scavenger's index", true, size_text(bytes) + " asked for behind the summaries");
  }

  // --- Hints. ---

  bool is_arena_wish(const Call& call, std::uint64_t address) const {
    return is_reservation(call) && call.size == spec_.heap_arena_bytes && call.address == address;
  }

  // Any wish of the walk: an arena somewhere, or one more than an arena where the system chooses.
  bool is_step(const Call& call) const {
    if (!is_reservation(call)) return false;
    if (call.size == 2 * spec_.heap_arena_bytes) return call.address == 0;
    return call.size == spec_.heap_arena_bytes && call.address % spec_.heap_arena_bytes == 0;
  }

  const Call* next_step() {
    return next([&](const Call& call) { return is_step(call); });
  }

  // From 1.26 on the first wish tells the random base. The other hints that riscv64 has from then
  // on where its processor translates 39 bits are not known here.
  std::optional<port::ArenaHints> expected_hints() {
    if (!can_randomize(spec_)) return arena_hints(spec_);
    const Call* const first = find([&](const Call& call) { return is_step(call); });
    if (first == nullptr || first->size != spec_.heap_arena_bytes) return std::nullopt;
    result_.seed = seed_of_base(spec_, first->address);
    if (!result_.seed) return std::nullopt;
    return arena_hints(spec_, {.random_seed = result_.seed});
  }

  void check_random_base(bool is_base) {
    if (!can_randomize(spec_)) return;
    const std::uint64_t end = std::uint64_t{1} << port::internal::random_addr_bits(spec_);
    check("random base", is_base,
          is_base ? fmt::format("the first wish is a multiple of {} below {}, which tells {} bits "
                                "of the seed",
                                size_text(spec_.heap_arena_bytes), hex(end),
                                port::internal::random_base_bits(spec_))
                  : fmt::format("there is no wish for a multiple of {} below {}",
                                size_text(spec_.heap_arena_bytes), hex(end)));
  }

  void check_hints() {
    const auto hints = expected_hints();
    check_random_base(hints.has_value());
    if (!hints) return;
    for (std::size_t i = 0; i < hints->main.size(); ++i) {
      if (!is_usable_hint(spec_, hints->main[i])) continue;
      if (!try_hint(i, hints->main[i])) return;
    }
    check_systems_choice();
  }

  // False: the walk ends here.
  bool try_hint(std::size_t i, std::uint64_t hint) {
    const Call* const call = next_step();
    if (call == nullptr) {
      check("hints", false, fmt::format("hint {}, {}, was never asked for", i, hex(hint)));
      return false;
    }
    if (!is_arena_wish(*call, hint)) {
      check("hints", false,
            fmt::format("hint {} is {}, and the program did {}", i, hex(hint), text_of(*call)));
      return false;
    }
    ++result_.hints_tried;
    if (call->result == hint) {
      result_.hint_index = i;
      result_.first_arena = hint;
      check("hints", is_explained_,
            i == 0 ? fmt::format("hint 0, {}, was honoured", hex(hint))
                   : fmt::format("hint {}, {}, was honoured; those before it were not: {}", i,
                                 hex(hint), refusals_));
      return false;
    }
    note_refusal(i, *call);
    return true;
  }

  void note_refusal(std::size_t i, const Call& call) {
    std::string why;
    if (!call.result) {
      note_limit();
      why = call.error;
    } else if (!call.in_the_way.empty()) {
      why = fmt::format("{} is in the way", call.in_the_way);
    } else {
      why = beyond_the_end(call);
    }
    if (why.empty()) {
      is_explained_ = false;
      why = fmt::format("the system chose {}", hex(*call.result));
    }
    if (why == last_refusal_) return;
    last_refusal_ = why;
    refusals_ += fmt::format("{}hint {}: {}", refusals_.empty() ? "" : "; ", i, why);
  }

  // Systems that place mappings from the top downwards show where their addresses end.
  std::string beyond_the_end(const Call& call) const {
    std::uint64_t highest = 0;
    for (const Call& other : calls_) {
      if (other.result && other.kind == CallKind::kMap) {
        highest = std::max(highest, *other.result + other.size);
      }
    }
    if (call.address < highest) return {};
    return fmt::format("beyond the {} bits of address that this system showed",
                       std::bit_width(highest));
  }

  void check_systems_choice() {
    const Call* const call = next([&](const Call& each) {
      return is_reservation(each) && each.address == 0 && each.size == 2 * spec_.heap_arena_bytes;
    });
    const bool is_right = call != nullptr && call->result.has_value();
    if (is_right) result_.first_arena = round_up(*call->result, spec_.heap_arena_bytes);
    std::string why = fmt::format("none of {} was honoured: {}", result_.hints_tried, refusals_);
    if (call == nullptr) why += "; the program did not ask for any place afterwards";
    if (call != nullptr && !call->result) why += "; any place: " + refused(*call);
    if (is_right) why += "; the system chose " + hex(*result_.first_arena);
    check("hints", is_right && is_explained_, why);
  }

  // --- The 32-bit start. ---

  void check_start_of_32_bits() {
    const std::uint64_t bytes = start32_metadata_bytes(spec_);
    const Call* const metadata = next_reservation(bytes);
    if (metadata == nullptr) {
      return check("32-bit start", false,
                   fmt::format("no reservation of {} for metadata", size_text(bytes)));
    }
    if (metadata->result) {
      metadata_ = Range{*metadata->result, *metadata->result + bytes};
    } else {
      result_.notes.push_back("the metadata's reservation: " + refused(*metadata));
    }
    check("metadata of all arenas", true, size_text(bytes) + " asked for");
    const Call* const ask = next([](const Call& call) { return call.kind == CallKind::kBreak; });
    if (ask == nullptr || !ask->result) {
      return check("32-bit start", false, "the program did not ask for its break");
    }
    port::ProgramEnd end;
    end.program_break = *ask->result;
    end.metadata_begin = metadata_.begin;
    end.metadata_end = metadata_.end;
    find_first_arenas(start32_address(spec_, end), *ask->result);
  }

  void find_first_arenas(std::uint64_t wish, std::uint64_t program_break) {
    std::string refusals;
    for (const std::uint64_t bytes : port::kStart32Reservations) {
      const Call* const call = next([&](const Call& each) {
        return is_reservation(each) && each.size == bytes + spec_.heap_arena_bytes;
      });
      if (call == nullptr || call->address != wish) {
        return check("32-bit start", false,
                     fmt::format("the break is {}, so {} at {} should have been asked for: {}",
                                 hex(program_break), size_text(bytes), hex(wish),
                                 call == nullptr ? "it was not" : text_of(*call)));
      }
      if (!call->result) {
        refusals += fmt::format(" {};", refused(*call));
        continue;
      }
      result_.first_arena = round_up(*call->result, spec_.heap_arena_bytes);
      return check("32-bit start", true,
                   fmt::format("the break is {}, so the arenas were wished at {};{} {} are at {}",
                               hex(program_break), hex(wish), refusals, size_text(bytes),
                               hex(*result_.first_arena)));
    }
    const Call* const call = next([&](const Call& each) { return is_arena_wish(each, wish); });
    const bool is_right = call != nullptr && call->result == wish;
    if (is_right) result_.first_arena = wish;
    check("32-bit start", is_right,
          fmt::format("the break is {};{} then the one hint, {}, {}", hex(program_break), refusals,
                      hex(wish), is_right ? "was honoured" : "was not"));
  }

  // --- The first arena. ---

  std::uint64_t arena_end() const { return *result_.first_arena + spec_.heap_arena_bytes; }

  void check_first_arena() {
    const std::uint64_t base = *result_.first_arena;
    check("first arena",
          base % spec_.heap_arena_bytes == 0 && spec_.is_addressable(arena_end() - 1),
          fmt::format("{}, aligned to {}, arena index {} of {}", hex(base),
                      size_text(spec_.heap_arena_bytes), spec_.arena_index(base),
                      spec_.num_arenas()));
  }

  // Small blocks come from chunks that do not show; on 32 bits the map is one up to release 1.18.
  void check_memory(const std::string& what, std::uint64_t bytes) {
    const Call* const call = find([&](const Call& each) {
      return is_memory(each) && (each.size == bytes || each.size == whole_pages(bytes));
    });
    if (call == nullptr) {
      return check(what, false,
                   fmt::format("no mapping of {} behind the arena's", size_text(bytes)));
    }
    check(what, call->result.has_value(), call->result ? size_text(bytes) : refused(*call));
  }

  void check_arena_map() {
    const std::uint64_t bytes = spec_.arena_l2_table_bytes;
    if (bytes >= port::kMaxPersistentBlock || spec_.since(Release::k1_19)) {
      check_memory("arena map", bytes);
    }
  }

  void check_metadata() {
    const std::uint64_t bytes = spec_.heap_arena_metadata_bytes;
    if (metadata_.begin != 0) return check_reserved_metadata(whole_pages(bytes));
    if (bytes >= port::kMaxPersistentBlock) check_memory("arena's metadata", bytes);
  }

  void check_reserved_metadata(std::uint64_t bytes) {
    const Call* const call = find([&](const Call& each) {
      return each.kind == CallKind::kMap && each.is_fixed && each.is_accessible &&
             each.address == metadata_.begin;
    });
    check("arena's metadata", call != nullptr && call->size == bytes && call->result.has_value(),
          call == nullptr ? fmt::format("nothing was mapped at {}", hex(metadata_.begin))
                          : fmt::format("{} at {}, where the metadata of all arenas is reserved",
                                        size_text(call->size), hex(metadata_.begin)));
  }

  // Up to release 1.16 the whole arena becomes memory at once, later only what is used.
  void check_first_growth() {
    const std::uint64_t base = *result_.first_arena;
    const Call* const call = find([&](const Call& each) {
      return each.kind == CallKind::kMap && each.is_fixed && each.is_accessible &&
             base <= each.address && each.address < arena_end();
    });
    if (call == nullptr) return check("first growth", false, "nothing of the arena became memory");
    const std::uint64_t size =
        spec_.since(Release::k1_17) ? spec_.heap_growth_unit : spec_.heap_arena_bytes;
    const std::uint64_t skipped = call->address - base;
    bool is_right = call->size == whole_pages(size) && call->result == call->address;
    std::string why = fmt::format("{} at {}", size_text(call->size), hex(call->address));
    if (can_randomize(spec_)) {
      const auto seed = seed_of_base(spec_, base, skipped);
      is_right = is_right && seed.has_value();
      if (seed && result_.hint_index == 0U) result_.seed = seed;
      why += fmt::format(", {} behind the arena's beginning, by the seed's next bits",
                         size_text(skipped));
    } else {
      is_right = is_right && skipped == 0;
    }
    check("first growth", is_right, why);
  }

  void check_threads() {
    const Call* const call = find([](const Call& each) { return each.kind == CallKind::kThread; });
    if (call == nullptr || call->address == 0) return;
    const bool is_inside = *result_.first_arena < call->address && call->address <= arena_end();
    if (!is_inside) {
      result_.notes.push_back(fmt::format(
          "the first thread's stack ends at {}: a C library made it", hex(call->address)));
      return;
    }
    check("first thread", true,
          fmt::format("its stack of {} ends at {}, in the first arena",
                      size_text(spec_.g0_stack_size), hex(call->address)));
  }

  void check_ending() {
    if (watched_.heap_stands) {
      return check("program", true, "its heap stood when it began its first thread");
    }
    std::string why;
    switch (watched_.ending) {
      case Ending::kHeapStands:
        break;
      case Ending::kExited:
        why = fmt::format("it exited with {}", watched_.exit_code);
        break;
      case Ending::kSignal:
        why = fmt::format("signal {} ended it", watched_.exit_code);
        break;
      case Ending::kTimedOut:
        why = "it was ended when its time was over";
        break;
      case Ending::kTooMuchMemory:
        why = "it was ended because it used too much memory";
        break;
      case Ending::kTooManyProcesses:
        why = fmt::format("it was ended because it began {} processes", watched_.processes);
        break;
    }
    check("program", false, why + " before it began its first thread");
  }

  struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  const PortSpec& spec_;
  const std::vector<Call>& calls_;
  const Watched& watched_;
  const Machine& machine_;
  Comparison result_;
  std::ptrdiff_t cursor_ = 0;
  std::string refusals_;
  std::string last_refusal_;
  bool is_explained_ = true;
  bool is_limit_noted_ = false;
  bool is_over_ = false;  // the program ends where something that it needs is refused
  Range metadata_;
};

}  // namespace

bool Comparison::agrees() const {
  return !checks.empty() && std::ranges::all_of(checks, &Check::ok);
}

Comparison compare(const PortSpec& spec, const Watched& watched, const Machine& machine) {
  return Comparer(spec, watched, machine).run();
}

}  // namespace Atoll::observe
