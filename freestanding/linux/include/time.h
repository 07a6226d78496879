// newlib's, and what it declares for other systems only.
#pragma once

#include_next <time.h>

#define CLOCK_MONOTONIC 1

extern "C" int clock_gettime(clockid_t clock, struct timespec* now);
