// The smaller half of windows.h, without its macros min and max.
#pragma once

#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX  // mingw-w64's C++ library may have defined it
#define NOMINMAX
#endif
#include <windows.h>
