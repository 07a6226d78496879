// The least that a program can do with malloc, so its cost is that of an allocator's start.

#include <cstdlib>

#include "bench/workloads/block.h"

int main() { Atoll::bench::release(Atoll::bench::allocate(100)); }

void Atoll::bench::fail(const char* /*what*/) { std::_Exit(1); }
