// The options that a user sets for the process's heap, in one environment variable:
//
//   ATOLL_OPTIONS=key=value,key=value ...
//
// ATOLL_OPTIONS=help lists the keys. Each error is reported in one line on the console, and the
// default stays; no error is fatal.
#pragma once

#include <cstdint>
#include <string_view>

#include "os/os.h"
#include "src/heap/heap.h"

namespace Atoll {

enum class ReportFormat : std::uint8_t { kNone, kText, kJson };

// Signals that may ask for reports, one bit each.
enum ReportSignals : std::uint32_t {
  kReportUsr1 = 1,
  kReportUsr2 = 2,
  kReportHup = 4,
  kReportInt = 8,
  kReportTerm = 16,
};

struct ProcessOptions {
  HeapOptions heap;
  ReportFormat statistics = ReportFormat::kNone;
  // The file for statistics; empty: the console. Points into the parsed text.
  std::string_view statistics_file;
  // The file for samples, if the heap takes any.
  std::string_view profile_file = "atoll.%p.heap";
  // A sum of ReportSignals: the signals that make the process write both before it ends.
  std::uint32_t report_signals = 0;
  // Whether misuse is reported as JSON.
  bool reports_as_json = false;
};

// The options of the process's heap if the user sets none.
ProcessOptions default_process_options();

// Changes `options` as `text`, the variable's value, says. Writes lines to `os`'s console.
void parse_process_options(std::string_view text, os::Os& os, ProcessOptions& options);

}  // namespace Atoll
