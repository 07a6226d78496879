// Backends of other systems that this system can stand in for.
#pragma once

#include "os/os.h"

#if defined(__linux__)
#include "os/plan9/linux_break.h"
#endif

namespace Atoll::os::test {

#if defined(__linux__)
inline constexpr bool kHasPlan9 = true;
inline Os& plan9() { return plan9_on_linux(); }
#else
inline constexpr bool kHasPlan9 = false;
inline Os& plan9() { return native(); }
#endif

}  // namespace Atoll::os::test
