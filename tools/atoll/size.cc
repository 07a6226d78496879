#include "tools/atoll/size.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "os/base/bits.h"
#include "tools/atoll/text.h"
#include "tools/atoll/trace.h"

namespace Atoll::tool {
namespace {

// What a buffer should have above the least, because the next run has another trace.
constexpr std::size_t kMarginPercent = 10;

struct Unit {
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<Unit, 5> kUnits = {
    {{"", 1}, {"K", 1 << 10}, {"KiB", 1 << 10}, {"M", 1 << 20}, {"MiB", 1 << 20}}};

std::size_t read_ram(const std::string& text) {
  const std::string_view all = text;
  const std::string_view digits = all.substr(0, all.find_first_not_of("0123456789"));
  const auto value = parse_number(digits).value_or(0);
  for (const Unit& unit : kUnits) {
    const bool is_it = unit.name == all.substr(digits.size());
    if (is_it && value != 0 && value <= kMostRam / unit.bytes) return value * unit.bytes;
  }
  throw UsageError(fmt::format("--ram '{}' is no size up to 1024 MiB, as 65536 or 64KiB", text));
}

double ratio(std::size_t part, std::size_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

void refuse_port(const Options& options) {
  if (options.goos || options.goarch || options.race || !options.releases.empty()) {
    throw UsageError(
        "'size' depends on no port: --go, --goos, --goarch and --race have no meaning");
  }
}

std::string bytes(const Json& value) { return value.is_null() ? "" : value.dump(); }

Table shown(const Json& document) {
  Table table;
  table.columns = {{"what", false}, {"bytes", true}, {"", false}};
  const std::size_t least = document["leastRam"];
  const std::size_t live = document["maxLive"];
  table.rows = {
      {"live at most", bytes(document["maxLive"]),
       fmt::format("{} blocks of {}", document["maxLiveBlocks"].dump(), document["blocks"].dump())},
      {"least RAM", bytes(document["leastRam"]),
       fmt::format("{} of it live at most, {}-bit indices", percent(ratio(live, least)),
                   document["indexBits"].dump())},
      {"with a margin", bytes(document["withMargin"]), fmt::format("{} % more", kMarginPercent)}};
  if (!document["ram"].is_null()) {
    const bool fits = document["fits"];
    const std::size_t ram = document["ram"];
    table.rows.push_back({"--ram", bytes(document["ram"]),
                          !fits         ? std::string("a request fails")
                          : ram < least ? std::string("fits, but slightly larger buffers do not")
                                        : percent(ratio(ram - least, ram)) + " of it to spare"});
  }
  return table;
}

class SizeCommand : public Command {
 public:
  std::string name() const override { return "size"; }
  std::string summary() const override {
    return "How much RAM the heap for firmware needs for a recorded trace: a CSV file of sizes and "
           "lifetimes";
  }
  std::string example() const override { return "size trace.csv --ram 64KiB"; }

  void add_flags(CLI::App& app) override {
    trace_.emplace(app, "TRACE", "FILE",
                   "lines of 'size,lifetime': bytes, and how many blocks are allocated before the "
                   "block is freed (empty: it never is); - is standard input");
    ram_.emplace(app, "--ram", "BYTES", "also whether a buffer of this size serves, as 64KiB");
  }

  Report run(const Options& options) override {
    refuse_port(options);
    const auto path = trace_->value();
    if (!path) throw UsageError("'size' needs a trace, as in 'atoll size trace.csv'");
    std::optional<std::size_t> ram;
    if (const auto text = ram_->value()) ram = read_ram(*text);
    const Trace trace = read_trace(*path);
    const std::size_t least = least_ram(trace);
    if (least == 0) {
      throw UsageError(fmt::format("'{}' needs more than {}", *path, human_bytes(kMostRam)));
    }
    return report(*path, trace, least, ram);
  }

 private:
  static Report report(const std::string& path, const Trace& trace, std::size_t least,
                       std::optional<std::size_t> ram) {
    Report report;
    Json& document = report.document;
    document["blocks"] = trace.sizes.size();
    document["maxLiveBlocks"] = trace.most_blocks;
    document["maxLive"] = trace.most_bytes;
    document["leastRam"] = least;
    document["indexBits"] = replay(trace, least).index_bits;
    document["withMargin"] = round_up(least * (100 + kMarginPercent) / 100, kRamStep);
    document["ram"] = json_or_null(ram);
    if (ram) report.ok = replay(trace, *ram).fits;
    document["fits"] = ram ? Json(report.ok) : Json(nullptr);
    report.sections.push_back({path, shown(document), {}});
    report.rows = table_of(Json::array({document}));
    return report;
  }

  std::optional<ValueFlag> trace_;
  std::optional<ValueFlag> ram_;
};

}  // namespace

std::unique_ptr<Command> make_size_command() { return std::make_unique<SizeCommand>(); }

}  // namespace Atoll::tool
