// newlib's, and what only Linux has.
#pragma once

#include <stddef.h>
#include_next <unistd.h>

extern "C" {

int brk(void* end);
long syscall(long number, ...);

}  // extern "C"
