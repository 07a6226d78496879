// The heap of the process: the one behind malloc(), operator new and the faces that name no heap.
//
// It begins with the first call, on whatever thread that is and however early: also before the C
// library is initialised. It never ends, since there may be calls until the very last.
#pragma once

#include "src/heap/heap.h"
#include "src/malloc/heap_profile.h"
#include "src/malloc/options.h"

namespace Atoll {

// Null: the heap could not be had, and a line on the console told why, once; or this is an inner
// call of the start.
Heap* process_heap();

// Whether the calling thread is in the start, or inside of the heap (src/heap/entry.h): it gets no
// memory from the heap now, but from src/malloc/inner_supply.h.
bool is_inner_call();

// To be called when the libraries of the process are initialised: from now on samples have call
// stacks. Without it they have none.
void libraries_are_ready();

// Its samples, if the environment wants any; after process_heap() was called.
HeapProfile& process_profile();

// What the environment chose; null before process_heap() was called.
const ProcessOptions* process_options();

}  // namespace Atoll
