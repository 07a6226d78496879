#include "src/malloc/options.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "os/base/decimal.h"
#include "src/policy.h"

namespace Atoll {
namespace {

constexpr std::uint64_t kNanosecondsPerMillisecond = 1'000'000;
constexpr std::uint64_t kMaxMilliseconds = std::uint64_t{1} << 40;
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 40;

// The part before the first `separator`, which is taken off `text` with it.
std::string_view take_until(std::string_view& text, char separator) {
  // Not find(), which calls the C library, and not all libraries have one to call.
  std::size_t end = 0;
  while (end < text.size() && text[end] != separator) ++end;
  const std::string_view head(text.data(), end);
  text.remove_prefix(end < text.size() ? end + 1 : text.size());
  return head;
}

// Each of these parses a value, and returns false if it cannot.

[[gnu::cold]] bool set_release(std::string_view value, ProcessOptions& options) {
  const std::optional<port::Release> release = port::parse_release(value);
  if (!release || *release < port::native_release()) return false;
  options.heap.spec = port::native_spec(*release);
  return true;
}

bool set_scavenge_delay(std::string_view value, ProcessOptions& options) {
  if (value == "never") {
    options.heap.pages.scavenge_delay = pages::Options::kNeverScavenge;
    return true;
  }
  const std::optional<std::uint64_t> milliseconds = parse_decimal(value, kMaxMilliseconds);
  if (!milliseconds) return false;
  options.heap.pages.scavenge_delay = *milliseconds * kNanosecondsPerMillisecond;
  return true;
}

bool set_hints(std::string_view value, ProcessOptions& options) {
  if (value != "port" && value != "random" && value != "system") return false;
  options.heap.pages.hints.ask_system = value == "system";
  options.heap.random_hints = value == "random";
  return true;
}

bool set_statistics(std::string_view value, ProcessOptions& options) {
  if (value == "none") {
    options.statistics = ReportFormat::kNone;
  } else if (value == "text") {
    options.statistics = ReportFormat::kText;
  } else if (value == "json") {
    options.statistics = ReportFormat::kJson;
  } else {
    return false;
  }
  return true;
}

bool set_statistics_file(std::string_view value, ProcessOptions& options) {
  options.statistics_file = value;
  return !value.empty();
}

bool set_profile_rate(std::string_view value, ProcessOptions& options) {
  const std::optional<std::uint64_t> rate = parse_decimal(value, kMaxBytes);
  if (rate) options.heap.objects.profile_rate = *rate;
  return rate.has_value();
}

bool set_profile_file(std::string_view value, ProcessOptions& options) {
  options.profile_file = value;
  return !value.empty();
}

bool set_report_signal(std::string_view value, ProcessOptions& options) {
  struct Name {
    std::string_view text;
    ReportSignals bit;
  };
  constexpr std::array<Name, 5> kNames = {{{"USR1", kReportUsr1},
                                           {"USR2", kReportUsr2},
                                           {"HUP", kReportHup},
                                           {"INT", kReportInt},
                                           {"TERM", kReportTerm}}};
  options.report_signals = 0;
  while (!value.empty()) {
    const std::string_view text = take_until(value, '+');
    std::uint32_t bit = 0;
    for (const Name& name : kNames) {
      if (name.text == text) bit = name.bit;
    }
    if (bit == 0) return false;
    options.report_signals |= bit;
  }
  return options.report_signals != 0;
}

bool set_align(std::string_view value, ProcessOptions& options) {
  if (value != "8" && value != "16") return false;
  options.heap.objects.aligns_all_to_16 = value == "16";
  return true;
}

bool set_checked(std::string_view value, ProcessOptions& options) {
  if (value != "on" && value != "off") return false;
  options.heap.objects.checked = value == "on";
  return true;
}

bool set_report(std::string_view value, ProcessOptions& options) {
  if (value != "text" && value != "json") return false;
  options.reports_as_json = value == "json";
  return true;
}

[[gnu::cold]] bool set_keep(std::string_view value, ProcessOptions& options) {
  const ProcessOptions defaults = default_process_options();
  pages::Options& pages = options.heap.pages;
  objects::Options& objects = options.heap.objects;
  pages.most_kept = defaults.heap.pages.most_kept;
  objects.most_large_cached = defaults.heap.objects.most_large_cached;
  objects.most_stocked = defaults.heap.objects.most_stocked;
  if (value == "auto") return true;
  const std::optional<std::uint64_t> bytes = parse_decimal(value, kMaxBytes);
  if (!bytes) return false;
  // Threads together may keep twice the bound in cached blocks.
  objects.most_large_cached =
      std::min(objects.most_large_cached, *bytes / policy::kCachedShareOfKeep / 2);
  objects.most_stocked = std::min(objects.most_stocked, *bytes);
  pages.most_kept = *bytes - 2 * objects.most_large_cached;
  return true;
}

[[gnu::cold]] bool set_huge_pages(std::string_view value, ProcessOptions& options) {
  pages::HugePages& wish = options.heap.pages.huge_pages;
  if (value == "auto") {
    wish = pages::HugePages::kWhereFull;
  } else if (value == "never") {
    wish = pages::HugePages::kNever;
  } else if (value == "always") {
    wish = pages::HugePages::kAlways;
  } else {
    return false;
  }
  return true;
}

// The texts lie in the table, since pointers to them would cost every process relocations.
struct Key {
  char name[16];
  char values[56];
  char default_value[32];
  char what[96];
};

constexpr std::array<Key, 13> kKeys = {{
    {"go", "1.11 to 1.27", "the oldest that has this port", "the release of Go whose heap it is"},
    {"scavenge_delay", "MILLISECONDS or never", "1000",
     "how long pages are free before the system gets them back"},
    {"keep", "BYTES or auto", "auto",
     "how much freed memory stays resident, in whole pages; auto: as much as pays off"},
    {"huge_pages", "auto, never or always", "auto",
     "whether the system is asked for huge pages; auto: only for long copies by realloc()"},
    {"hints", "port, random or system", "port",
     "where arenas lie: at the port's hints, at random ones (go=1.26 or later), or anywhere"},
    {"align", "8 or 16", "8", "the alignment of objects of up to 8 bytes"},
    {"statistics", "none, text or json", "none", "statistics when the process ends"},
    {"statistics_file", "PATH", "standard error",
     "their file; %p is the number of the process, %n of the report"},
    {"profile_rate", "BYTES", "0",
     "mean bytes between two samples of the heap, 0: no samples; slows every call down"},
    {"profile_file", "PATH", "atoll.%p.heap",
     "where samples are written when the process ends, for pprof"},
    {"report_signal", "USR1, USR2, HUP, INT, TERM, or some of them with +", "none",
     "signals that make the process write both before it ends"},
    {"checked", "on or off", "off", "reports every bad free at once; slows every call down"},
    {"report", "text or json", "text", "the form of what the heap writes about a bad free"},
}};

using Set = bool (*)(std::string_view value, ProcessOptions& options);
// In the order of kKeys.
constexpr std::array<Set, kKeys.size()> kSets = {{
    &set_release,
    &set_scavenge_delay,
    &set_keep,
    &set_huge_pages,
    &set_hints,
    &set_align,
    &set_statistics,
    &set_statistics_file,
    &set_profile_rate,
    &set_profile_file,
    &set_report_signal,
    &set_checked,
    &set_report,
}};

void write_help(os::Os& os) {
  os.write("ATOLL_OPTIONS=key=value,key=value ...\n");
  for (const Key& key : kKeys) {
    Line line;
    line << "  " << key.name << "=" << key.values << " (" << key.default_value << "): " << key.what
         << "\n";
    os.write(line.view());
  }
}

[[gnu::cold]] void parse_one(std::string_view item, os::Os& os, ProcessOptions& options) {
  if (item.empty()) return;
  if (item == "help") {
    write_help(os);
    return;
  }
  std::string_view value = item;
  const std::string_view name = take_until(value, '=');
  Line line;
  line << "atoll: ATOLL_OPTIONS: ";
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    if (kKeys[i].name != name) continue;
    const ProcessOptions before = options;
    if (kSets[i](value, options)) return;
    options = before;
    line << item << ": not " << kKeys[i].values << "; ignored\n";
    os.write(line.view());
    return;
  }
  line << item << ": no such key; 'help' lists them\n";
  os.write(line.view());
}

}  // namespace

[[gnu::cold]] ProcessOptions default_process_options() {
  ProcessOptions options;
  // Objects smaller than 16 bytes are freed one by one, and C aligns them.
  options.heap.objects.tiny = false;
  options.heap.objects.aligns_to_16 = true;
  options.heap.distinct_empty = true;
  options.heap.is_process_heap = true;
  options.heap.pages.is_bounded = true;
  options.heap.pages.is_sparing = true;
  options.heap.pages.keeps_hints = true;
  options.heap.pages.huge_pages = pages::HugePages::kWhereFull;
  options.heap.objects.most_stocked = policy::kMostStockedOfMalloc;
  options.heap.objects.most_large_cached = policy::kMostLargeCachedOfMalloc;
  options.heap.objects.most_listed = policy::kMostListedOfMalloc;
  options.heap.pages.record_window = policy::kWindowOfMalloc;
  options.heap.pages.scavenge_delay = policy::kScavengeDelayOfMalloc;
  return options;
}

void parse_process_options(std::string_view text, os::Os& os, ProcessOptions& options) {
  while (!text.empty()) parse_one(take_until(text, ','), os, options);
}

}  // namespace Atoll
