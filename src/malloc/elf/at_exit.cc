// Writes samples and statistics when the process ends, and before, if the options ask for them.

#include "src/malloc/elf/report_files.h"
#include "src/malloc/elf/report_signal.h"
#include "src/malloc/environment.h"
#include "src/malloc/process_heap.h"

namespace Atoll {
namespace {

[[gnu::constructor]] void begin() {
  libraries_are_ready();
  // The heap reads the options, so it must start if there are any.
  if (environment("ATOLL_OPTIONS").empty() || process_heap() == nullptr) return;
  const ProcessOptions* const options = process_options();
  prepare_reports(*options);
  watch_for_report_signals(*options);
}

// A process that has allocated nothing has nothing to report: its heap started only to read the
// options.
[[gnu::noinline, gnu::cold]] bool has_used_heap() {
  Heap* const heap = process_heap();
  return heap != nullptr && heap->statistics().mallocs != 0;
}

[[gnu::destructor]] void report_at_exit() {
  const ProcessOptions* const options = process_options();
  if (options == nullptr) return;
  if (Heap* const heap = process_heap(); heap != nullptr) heap->check_thread();
  if (options->statistics == ReportFormat::kNone && options->heap.objects.profile_rate == 0) return;
  if (has_used_heap()) write_reports(*options);
}

}  // namespace
}  // namespace Atoll
