// Reports when somebody sends a signal.
#pragma once

#include "src/malloc/options.h"

namespace Atoll {

// From now on each of options.report_signals makes the process write its reports, and then, if it
// is one that ends processes by custom, end. To be called once, when threads can be made.
void watch_for_report_signals(const ProcessOptions& options);

}  // namespace Atoll
