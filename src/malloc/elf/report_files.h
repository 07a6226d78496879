// Samples and statistics, written to where the process's user wants them.
#pragma once

#include "src/malloc/options.h"

namespace Atoll {

// To be called once, early: what is to go to standard error goes there even if the program has
// closed it by then.
void prepare_reports(const ProcessOptions& options);

// Writes what the options ask for. Thread safe; may be called again.
void write_reports(const ProcessOptions& options);

}  // namespace Atoll
