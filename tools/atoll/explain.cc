#include "tools/atoll/explain.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/port/port.h"
#include "tools/atoll/port_choice.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

using port::HeapStart;
using port::PortSpec;

std::uint64_t read_address(const std::string& text) {
  if (const auto address = parse_hex(text)) return *address;
  throw UsageError(fmt::format(
      "'{}' is no address of up to 64 bits; write it in hexadecimal, as 0xc000012340", text));
}

enum class Kind : std::uint8_t { kNoPointer, kTooLong, kBeyondEnd, kHint, kInArena };

// The hint from which a heap would grow over the address, and how many arenas later.
struct HintBelow {
  std::string_view list;
  std::uint64_t order = 0;
  std::uint64_t address = 0;
  std::uint64_t arenas = 0;
  bool is_usable = true;
};

// The hint whose arenas come to the address first. Of equal hints the heap tries the first one.
void look_for_hint(const PortSpec& spec, std::uint64_t address, std::string_view list,
                   const port::HintList& hints, std::optional<HintBelow>& best) {
  for (std::size_t i = 0; i < hints.size(); ++i) {
    if (hints[i] > address || (best && hints[i] <= best->address)) continue;
    best = {list, i, hints[i], (address - hints[i]) >> spec.log_heap_arena_bytes,
            is_usable_hint(spec, hints[i])};
  }
}

struct Place {
  std::uint64_t address = 0;
  std::uint64_t linear = 0;  // where arena 0 begins at 0; wraps
  std::uint64_t index = 0;   // of the arena
  Kind kind = Kind::kInArena;
  std::optional<HintBelow> hint;

  bool has_arena() const { return kind == Kind::kHint || kind == Kind::kInArena; }
};

Kind kind_of(const PortSpec& spec, const Place& place) {
  if (place.address < port::kMinLegalPointer) return Kind::kNoPointer;
  const unsigned pointer_bits = 8 * spec.ptr_size;
  if (pointer_bits < 64 && place.address >> pointer_bits != 0) return Kind::kTooLong;
  if (!spec.is_addressable(place.address) || place.linear >= spec.max_alloc) {
    return Kind::kBeyondEnd;
  }
  return place.hint && place.hint->address == place.address ? Kind::kHint : Kind::kInArena;
}

Place place_of(const PortSpec& spec, std::uint64_t address) {
  Place place;
  place.address = address;
  place.linear = address - spec.arena_base(0);
  place.index = spec.arena_index(address);
  const port::ArenaHints hints = arena_hints(spec);
  look_for_hint(spec, address, "main", hints.main, place.hint);
  look_for_hint(spec, address, "user", hints.user, place.hint);
  place.kind = kind_of(spec, place);
  if (!place.has_arena()) place.hint.reset();
  return place;
}

std::string_view name_of(Kind kind) {
  constexpr std::array<std::string_view, 5> kNames = {"no pointer", "too long", "beyond the end",
                                                      "hint", "in an arena"};
  return kNames[static_cast<std::size_t>(kind)];
}

// Whether the bits above the heap's are set, and all of them are copies of its highest bit.
bool is_sign_extended(const PortSpec& spec, std::uint64_t address) {
  const unsigned above = 64 - spec.heap_addr_bits;
  const auto extended = static_cast<std::int64_t>(address << above) >> above;
  return spec.ptr_size == 8 && extended < 0 && static_cast<std::uint64_t>(extended) == address;
}

// One row for the table, and a key of the document.
struct Fact {
  std::string_view key;
  Json value;
  std::string meaning;
};

class FactList {
 public:
  void add(std::string_view key, Json value, std::string meaning) {
    facts_.push_back({key, std::move(value), std::move(meaning)});
  }

  Json document(const PortSpec& spec) const {
    Json document = json_of(spec);
    for (const Fact& fact : facts_) document[std::string(fact.key)] = fact.value;
    return document;
  }

  Table table() const {
    Table table{{{"key"}, {"value", true}, {"meaning"}}, {}};
    for (const Fact& fact : facts_) {
      const std::string text = fact.value.is_null() ? "-" : plain_text(fact.value);
      table.rows.push_back({std::string(fact.key), text, fact.meaning});
    }
    return table;
  }

 private:
  std::vector<Fact> facts_;
};

template <typename Value>
Json value_if(bool has_value, Value value) {
  return has_value ? Json(value) : Json(nullptr);
}

void add_arena(const PortSpec& spec, const Place& place, FactList& facts) {
  const bool has = place.has_arena();
  const std::uint64_t base = spec.arena_base(place.index);
  const std::uint64_t in_arena = place.address - base;
  const std::uint64_t l2_mask = (std::uint64_t{1} << spec.arena_l2_bits) - 1;
  facts.add(
      "linear", value_if(has, hex(place.linear)),
      fmt::format("the address counted from {}, where arena 0 begins", hex(spec.arena_base(0))));
  facts.add("arenaIndex", value_if(has, place.index), "number of the arena");
  facts.add("arenaL1", value_if(has, place.index >> spec.arena_l2_bits),
            fmt::format("index in the arena map's first level, of {} bits", spec.arena_l1_bits));
  facts.add("arenaL2", value_if(has, place.index & l2_mask),
            fmt::format("index in its second level, of {} bits", spec.arena_l2_bits));
  facts.add("arenaFirst", value_if(has, hex(base)), "first address of the arena");
  facts.add("arenaLast", value_if(has, hex(base + (spec.heap_arena_bytes - 1))),
            fmt::format("its last address; an arena has {}", human_bytes(spec.heap_arena_bytes)));
  facts.add("pageOfArena", value_if(has, in_arena >> spec.page_shift),
            fmt::format("number of the page in the arena, of {}", spec.pages_per_arena));
  facts.add("offsetInPage", value_if(has, in_arena & (spec.page_size - 1)),
            fmt::format("bytes from the page's begin; a page has {}", human_bytes(spec.page_size)));
}

void add_hint(const Place& place, FactList& facts) {
  const bool has = place.hint.has_value();
  const HintBelow hint = place.hint.value_or(HintBelow{});
  facts.add("hintList", value_if(has, hint.list), "list of the nearest hint at or below");
  facts.add("hintOrder", value_if(has, hint.order), "its place in the list, from 0 on");
  facts.add("hintAddress", value_if(has, hex(hint.address)), "its address");
  facts.add("arenasFromHint", value_if(has, hint.arenas),
            "arenas between: 0 if the address lies in the first one from there");
  facts.add("hintUsable", value_if(has, hint.is_usable), "whether the heap asks for that hint");
}

FactList facts_of(const PortSpec& spec, const Place& place) {
  FactList facts;
  facts.add("address", hex(place.address), "");
  facts.add("kind", name_of(place.kind), "what the address is");
  facts.add("signExtended", is_sign_extended(spec, place.address),
            fmt::format("whether the bits above the lowest {} are copies of the highest of these, "
                        "which is set",
                        spec.heap_addr_bits));
  add_arena(spec, place, facts);
  add_hint(place, facts);
  facts.add("metadataBytes", value_if(place.has_arena(), spec.heap_arena_metadata_bytes),
            "what the runtime keeps for the arena, outside of arenas");
  return facts;
}

std::string range_of_heap(const PortSpec& spec) {
  const std::uint64_t first = spec.arena_base(0);
  return fmt::format("{} to {}", hex(first), hex(first + (spec.max_alloc - 1)));
}

std::string why_not(const PortSpec& spec, const Place& place) {
  switch (place.kind) {
    case Kind::kNoPointer:
      return fmt::format("The runtime takes no address below {} for a pointer.",
                         hex(port::kMinLegalPointer));
    case Kind::kTooLong:
      return fmt::format("Pointers of this port have {} bits.", 8 * spec.ptr_size);
    case Kind::kBeyondEnd:
      return fmt::format("The heap's addresses have {} bits; they are those from {}.",
                         spec.heap_addr_bits, range_of_heap(spec));
    case Kind::kHint:
    case Kind::kInArena:
      return {};
  }
  return {};
}

std::vector<std::string> notes(const PortSpec& spec, const Place& place) {
  std::vector<std::string> result;
  if (const std::string why = why_not(spec, place); !why.empty()) result.push_back(why);
  if (!place.has_arena()) return result;
  result.emplace_back("Whether a heap has this arena is known only to the process.");
  if (spec.uses_32_bit_start()) {
    result.push_back(fmt::format(
        "The one hint is known only when the program runs. Before its first arenas the heap "
        "reserves {} for the metadata of all arenas, so the address may be there, too.",
        human_bytes(start32_metadata_bytes(spec))));
  }
  if (spec.heap_start == HeapStart::kBreak) {
    result.emplace_back("No hints: memory is one segment, and the heap grows at its end.");
  }
  if (place.hint && !place.hint->is_usable) {
    result.emplace_back("The heap never asks for that hint: an arena there ends outside the map.");
  }
  if (can_randomize(spec)) {
    result.emplace_back(
        "By default this release randomizes its hints; these are the ones without that.");
  }
  return result;
}

class ExplainCommand : public Command {
 public:
  std::string name() const override { return "explain"; }
  std::string summary() const override {
    return "What an address is on a port: its arena, its page there, the hint it belongs to";
  }
  std::string example() const override {
    return "explain 0xc000012340 --goos linux --goarch amd64";
  }

  void add_flags(CLI::App& app) override {
    address_.emplace(app, "ADDRESS", "0x...", "an address in hexadecimal");
  }

  Report run(const Options& options) override {
    const auto text = address_->value();
    if (!text) {
      throw UsageError(fmt::format("'explain' needs an address, as in 'atoll {}'", example()));
    }
    const std::uint64_t address = read_address(*text);
    const PortSpec spec = require_port(options, name());
    const Place place = place_of(spec, address);
    const FactList facts = facts_of(spec, place);

    Report report;
    report.document = facts.document(spec);
    report.rows = table_of(Json::array({report.document}));
    report.sections = {{title_of(spec), facts.table(), notes(spec, place)}};
    return report;
  }

 private:
  std::optional<ValueFlag> address_;
};

}  // namespace

std::unique_ptr<Command> make_explain_command() { return std::make_unique<ExplainCommand>(); }

}  // namespace Atoll::tool
