// Reports when somebody sends a signal.
#pragma once

#include "src/malloc/options.h"

namespace Atoll {

// From now on each of options.report_signals makes the process write its reports, and then end if
// the signal is one that usually ends processes. Called once, when the process can make threads.
void watch_for_report_signals(const ProcessOptions& options);

}  // namespace Atoll
