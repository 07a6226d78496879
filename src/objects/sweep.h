// Sweeping of one span.
#pragma once

#include <cstdint>

#include "src/objects/object_heap.h"
#include "src/objects/span_objects.h"

namespace Atoll::objects {

// Returns whether an object's bit is set and sweeping will leave it set. Any thread may call it
// that makes sure that the span stays in use.
bool is_alive(ObjectHeap& heap, Span& span, std::uint64_t index);

// Frees the unmarked objects of `span`, clears the marks, and corrects taken_count. An object with
// a finalizer lives on for one more cycle, and its finalizer becomes due. Returns the number of
// objects freed. The caller holds the lock of the span's central list, and no cache holds the span.
std::uint32_t sweep_objects(ObjectHeap& heap, Span& span);

}  // namespace Atoll::objects
