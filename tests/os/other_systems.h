// Backends of other systems in whose place this system can stand.
#pragma once

#include "os/os.h"

// Programs for loong64 are linked dynamically, and QEMU leaves their break no room to grow.
#if defined(__linux__) && !defined(__loongarch__)
#define ATOLL_HAS_BREAK
#include "os/plan9/linux_break.h"
#endif

namespace Atoll::os::test {

#if defined(ATOLL_HAS_BREAK)
inline constexpr bool kHasPlan9 = true;
inline Os& plan9() { return plan9_on_linux(); }
#else
inline constexpr bool kHasPlan9 = false;
inline Os& plan9() { return native(); }
#endif

}  // namespace Atoll::os::test
