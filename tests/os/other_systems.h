// Backends of other systems that this system can stand in for.
#pragma once

#include "os/os.h"

// Programs of loong64 are linked dynamically, and then QEMU leaves the break no room to grow.
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
