// Writes samples and statistics to the files that the options name.
#pragma once

#include "src/malloc/options.h"

namespace Atoll {

// Called once, early. Then reports reach standard error even if the program closes it later.
void prepare_reports(const ProcessOptions& options);

// Writes the reports that the options ask for. Thread safe; may be called again.
void write_reports(const ProcessOptions& options);

}  // namespace Atoll
