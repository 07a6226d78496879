#pragma once

#define O_RDONLY 0
#define O_CLOEXEC 02000000

extern "C" int open(const char* path, int flags, ...);
