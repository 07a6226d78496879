// newlib's, with Linux' numbers where somebody looks at one that differs.
#pragma once

#include_next <errno.h>

#undef ENOSYS
#define ENOSYS 38
