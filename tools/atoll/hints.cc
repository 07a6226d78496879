#include "tools/atoll/hints.h"

#include <fmt/format.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "src/port/port.h"
#include "tools/atoll/port_choice.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

using port::HeapStart;
using port::HintOptions;
using port::PortSpec;
using port::Release;

// Decimal, or hexadecimal with "0x".
std::uint64_t read_seed(const std::string& text) {
  const auto hexadecimal = parse_hex(text);
  const auto seed = hexadecimal ? hexadecimal : parse_number(text);
  if (!seed) {
    throw UsageError(fmt::format(
        "--seed '{}' is not a number from 0 to 2^64-1, decimal or with 0x hexadecimal", text));
  }
  return *seed;
}

void require_randomizable(const PortSpec& spec) {
  if (!spec.since(Release::k1_26)) {
    throw UsageError(
        fmt::format("--randomized needs release 1.26 or later, and {} is asked for; add --go 1.26",
                    name(spec.release)));
  }
  if (spec.race) {
    throw UsageError(
        "--randomized and --race exclude each other: the race detector's window of "
        "addresses is fixed");
  }
  if (!can_randomize(spec)) {
    throw UsageError(fmt::format(
        "--randomized does not apply to {}: its heap does not start from hints", port_name(spec)));
  }
}

void require_sv39(const PortSpec& spec) {
  if (!spec.is(port::Goarch::kRiscv64)) {
    throw UsageError(
        fmt::format("--sv39 is for riscv64 only, and {} is asked for", port_name(spec)));
  }
  if (!spec.since(Release::k1_26)) {
    throw UsageError(
        fmt::format("--sv39 needs release 1.26 or later, and {} is asked for; add --go 1.26",
                    name(spec.release)));
  }
}

// Turns one list into rows, with a note on each address that the heap skips or repeats.
class RowMaker {
 public:
  explicit RowMaker(const PortSpec& spec) : spec_(spec) {}

  void add(std::string_view list, const port::HintList& hints) {
    std::map<std::uint64_t, std::size_t> seen;
    for (std::size_t i = 0; i < hints.size(); ++i) {
      const bool usable = is_usable_hint(spec_, hints[i]);
      const auto [first, is_new] = seen.emplace(hints[i], i);
      std::string note;
      if (!usable) note = "never asked: outside the arena map";
      if (usable && !is_new) note = fmt::format("the same as {}", first->second);
      shown_.rows.push_back({std::string(list), fmt::to_string(i), hex(hints[i]), note});
      exact_.rows.push_back(
          {std::string(port::name(spec_.release)), std::string(port::name(spec_.goos)),
           std::string(port::name(spec_.goarch)), spec_.race ? "true" : "false", std::string(list),
           fmt::to_string(i), hex(hints[i]), usable ? "true" : "false"});
    }
  }

  Table take_shown() { return std::move(shown_); }
  Table take_exact() { return std::move(exact_); }

 private:
  PortSpec spec_;
  Table shown_{{{"list"}, {"order", true}, {"address", true}, {"note"}}, {}};
  Table exact_{
      {{"go"}, {"goos"}, {"goarch"}, {"race"}, {"list"}, {"order", true}, {"address"}, {"usable"}},
      {}};
};

Json addresses(const port::HintList& hints) {
  Json list = Json::array();
  for (const std::uint64_t address : hints) list.push_back(hex(address));
  return list;
}

class HintsCommand : public Command {
 public:
  std::string name() const override { return "hints"; }
  std::string summary() const override {
    return "The addresses a port's heap asks for, in the order it tries them";
  }
  std::string example() const override { return "hints --goos linux --goarch arm64"; }

  void add_flags(CLI::App& app) override {
    randomized_.emplace(app, "--randomized", "the randomized heap base of 1.26 and later");
    seed_.emplace(app, "--seed", "SEED", "its 64 random bits, decimal or 0x...");
    sv39_.emplace(app, "--sv39", "riscv64 from 1.26: a processor with 39 bits of address");
  }

  Report run(const Options& options) override {
    const PortSpec spec = require_port(options, name());
    const HintOptions hint_options = read_options(spec);
    const port::ArenaHints hints = arena_hints(spec, hint_options);

    Report report;
    report.document = json_of(spec);
    report.document["main"] = addresses(hints.main);
    report.document["user"] = addresses(hints.user);
    report.document["hintCount"] = hint_count(spec, hint_options);
    report.document["userHintCount"] = user_hint_count(spec, hint_options);
    report.document["firstHint"] = nullptr;
    if (!hints.main.empty()) report.document["firstHint"] = hex(hints.main[0]);
    describe_options(spec, hint_options, report.document);

    RowMaker rows(spec);
    rows.add("main", hints.main);
    rows.add("user", hints.user);
    report.rows = rows.take_exact();
    report.sections = {{title_of(spec) + title_suffix(hint_options), rows.take_shown(),
                        notes(spec, hint_options)}};
    return report;
  }

 private:
  HintOptions read_options(const PortSpec& spec) const {
    HintOptions result;
    const auto seed = seed_->value();
    const bool randomized = randomized_->is_set();
    if (randomized) require_randomizable(spec);
    if (randomized && !seed) {
      throw UsageError(
          "--randomized needs --seed, so that the answer can be repeated, as in "
          "'--randomized --seed 1'");
    }
    if (seed && !randomized) {
      throw UsageError("--seed works only with --randomized; add --randomized");
    }
    if (randomized) result.random_seed = read_seed(*seed);
    result.sv39 = sv39_->is_set();
    if (result.sv39) require_sv39(spec);
    return result;
  }

  static void describe_options(const PortSpec& spec, const HintOptions& options, Json& document) {
    if (options.sv39) document["sv39"] = true;
    if (!options.random_seed) return;
    const port::FirstGrowth growth = randomized_first_growth(spec, *options.random_seed);
    document["randomized"] = true;
    document["seed"] = hex(*options.random_seed);
    document["firstGrowth"] = {{"baseBits", hex(growth.base_bits)},
                               {"paddingPages", growth.padding_pages}};
  }

  static std::string title_suffix(const HintOptions& options) {
    std::string text;
    if (options.sv39) text += ", 39 bits of address";
    if (options.random_seed)
      text += fmt::format(", randomized by seed {}", hex(*options.random_seed));
    return text;
  }

  static std::vector<std::string> notes(const PortSpec& spec, const HintOptions& options) {
    std::vector<std::string> result;
    switch (spec.heap_start) {
      case HeapStart::kReservation:
        result.emplace_back(
            "One hint, known only when the program runs: the end of what it "
            "reserves behind its own data (512, 256 or 128 MiB).");
        break;
      case HeapStart::kBreak:
        result.emplace_back("No hints: memory is one segment, and the heap grows at its end.");
        break;
      case HeapStart::kHints:
        if (options.random_seed) {
          const port::FirstGrowth growth = randomized_first_growth(spec, *options.random_seed);
          result.push_back(
              fmt::format("The heap uses the first arena from {} above its address on, "
                          "after {} pages of padding.",
                          hex(growth.base_bits), growth.padding_pages));
          if (options.sv39) result.emplace_back("A randomized heap ignores --sv39.");
        } else if (can_randomize(spec)) {
          result.emplace_back(
              "By default this release randomizes these addresses; "
              "--randomized --seed N shows how.");
        }
        break;
    }
    return result;
  }

  std::optional<SwitchFlag> randomized_;
  std::optional<ValueFlag> seed_;
  std::optional<SwitchFlag> sv39_;
};

}  // namespace

std::unique_ptr<Command> make_hints_command() { return std::make_unique<HintsCommand>(); }

}  // namespace Atoll::tool
