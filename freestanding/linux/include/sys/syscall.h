// The calls that are made by number.
#pragma once

#include "freestanding/linux/system.h"

#define SYS_brk (static_cast<long>(Atoll::freestanding::SystemCall::kBrk))
#define SYS_futex (static_cast<long>(Atoll::freestanding::SystemCall::kFutex))
#define SYS_getrandom (static_cast<long>(Atoll::freestanding::SystemCall::kGetrandom))
