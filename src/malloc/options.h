// What a user may choose for the process's heap, in one variable of the environment:
//
//   ATOLL_OPTIONS=key=value,key=value ...
//
// ATOLL_OPTIONS=help lists the keys. What is wrong is told in one line on the console, and the
// default holds; nothing is ever fatal.
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
  // Where statistics go; empty: the console. Part of the parsed text.
  std::string_view statistics_file;
  // Where samples go, if any are taken.
  std::string_view profile_file = "atoll.%p.heap";
  // Sums of ReportSignals: what makes the process write both before it ends.
  std::uint32_t report_signals = 0;
};

// What the process's heap is without a word from the user.
ProcessOptions default_process_options();

// Changes `options` as `text` says, which is the variable's value. Lines go to `os`'s console.
void parse_process_options(std::string_view text, os::Os& os, ProcessOptions& options);

}  // namespace Atoll
