// All of Atoll for C++ programs: heaps, the process's heap, allocators and memory resources.
//
// The namespace has a capital because C's <stdlib.h> declares a function ::atoll. A program may use
// another name within a namespace of its own:
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

// A freestanding library may have this header too, but not the functions that it needs.
#if __STDC_HOSTED__ && __has_include(<memory_resource>)
#include "src/malloc/memory_resource.h"  // IWYU pragma: export
#endif
