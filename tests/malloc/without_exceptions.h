// Code of a program that is compiled without exceptions and RTTI, while the rest is with.
#pragma once

#include <cstddef>
#include <memory_resource>

#include "src/heap/heap.h"

namespace Atoll::test {

// Uses both faces over `heap`; the number of bytes of objects that were in use.
std::size_t use_without_exceptions(Heap& heap);

// Aborts.
void exhaust_without_exceptions(Heap& heap);

// An object of that code's MemoryResource, and whether it is equal to another.
std::pmr::memory_resource& resource_without_rtti(Heap& heap);

}  // namespace Atoll::test
