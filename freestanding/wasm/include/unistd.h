// newlib's, and what it declares for other systems only.
#pragma once

#include <stddef.h>
#include_next <unistd.h>

extern "C" int getentropy(void* to, size_t size);
