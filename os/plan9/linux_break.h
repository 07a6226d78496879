// Linux in Plan 9's place: it has a break too, which libc's malloc also moves. This tries the
// backend on real memory, on every processor.
#pragma once

#include "os/os.h"

namespace Atoll::os {

// A Plan9Os over Linux's own break. There is one, since a process has one break.
Os& plan9_on_linux();

}  // namespace Atoll::os
