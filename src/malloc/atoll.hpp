// Atoll for C++ programs, all of it: heaps, the process's heap, and what containers take.
//
// The namespace has a capital because C's <stdlib.h> declares a function ::atoll. Within a
// namespace of their own users may call it as they like:
//
//   namespace server {
//   namespace atoll = Atoll;
//   std::vector<int, atoll::Allocator<int>> numbers;
//   }
#pragma once

#include "os/os.h"                    // IWYU pragma: export
#include "src/heap/heap.h"            // IWYU pragma: export
#include "src/malloc/allocator.h"     // IWYU pragma: export
#include "src/malloc/process_heap.h"  // IWYU pragma: export

// Headers without a library may have it too, but not what it needs.
#if __STDC_HOSTED__ && __has_include(<memory_resource>)
#include "src/malloc/memory_resource.h"  // IWYU pragma: export
#endif
