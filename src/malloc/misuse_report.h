// What the process's heap writes about misuse that it has proven (src/base/corruption.h).
#pragma once

#include "src/base/corruption.h"

namespace Atoll {

// A CorruptionHandler. Writes at most six lines to the console, and aborts. The first line is
// explain()'s, and is written before anything else is looked at. The others tell which object the
// pointer belongs to, which thread has called, and, where stacks and samples are known, from where
// the call came, who allocated the object, and who freed it.
//
// With report=json these are two lines, each a whole object of JSON.
void report_misuse(void* context, const Corruption& corruption);

}  // namespace Atoll
