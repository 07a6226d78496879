// Samples and statistics when the process ends, if its user wants them, and before.

#include "src/malloc/elf/report_files.h"
#include "src/malloc/elf/report_signal.h"
#include "src/malloc/environment.h"
#include "src/malloc/process_heap.h"

namespace Atoll {
namespace {

[[gnu::constructor]] void begin() {
  libraries_are_ready();
  // Only where there are options the heap must be there to tell them.
  if (environment("ATOLL_OPTIONS").empty() || process_heap() == nullptr) return;
  const ProcessOptions* const options = process_options();
  prepare_reports(*options);
  watch_for_report_signals(*options);
}

[[gnu::destructor]] void report_at_exit() {
  const ProcessOptions* const options = process_options();
  if (options == nullptr) return;
  if (Heap* const heap = process_heap(); heap != nullptr) heap->check_thread();
  write_reports(*options);
}

}  // namespace
}  // namespace Atoll
