// The heap of the process: the one behind malloc(), operator new and the faces that name no heap.
//
// It begins with the first call, on whatever thread and however early, even before the C library is
// initialised. It never ends, because a process may call it until its very end.
#pragma once

#include "src/heap/heap.h"
#include "src/malloc/heap_profile.h"
#include "src/malloc/options.h"

namespace Atoll {

// Null: the heap could not start, and one line on the console has said why; or this is an inner
// call from within the start.
Heap* process_heap();

// Whether the calling thread is in the heap's start or inside the heap (src/heap/entry.h). Then it
// gets memory from src/malloc/inner_supply.h instead of the heap.
bool is_inner_call();

// The platform calls this once the libraries of the process are initialised: from then on samples
// have call stacks.
void libraries_are_ready();

// Its samples, if the environment asks for any. Valid only after a call of process_heap().
HeapProfile& process_profile();

// The options from the environment; null before the first call of process_heap().
const ProcessOptions* process_options();

}  // namespace Atoll
