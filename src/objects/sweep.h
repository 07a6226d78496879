// What sweeping does to one span.
#pragma once

#include <cstdint>

#include "src/objects/object_heap.h"
#include "src/objects/span_objects.h"

namespace Atoll::objects {

// Whether an object's bit is set, and sweeping will leave it so. For any thread that sees to it
// that the span stays what it is.
bool is_alive(ObjectHeap& heap, Span& span, std::uint64_t index);

// Frees the objects of `span` that are not marked, clears the marks, and makes taken_count right.
// Objects with a finalizer live on for one more cycle, and the finalizer becomes due. Returns how
// many objects were freed. Under the lock of the span's central list; nobody may hold the span.
std::uint32_t sweep_objects(ObjectHeap& heap, Span& span);

}  // namespace Atoll::objects
