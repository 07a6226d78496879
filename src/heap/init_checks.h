// What a heap checks before it starts: stackinit's and mallocinit's looks at their own numbers.
//
// No port of any release fails these; a wrong table does. Each answers with the book's message, or
// with nothing. A release that does not make a check passes it.
#pragma once

#include <optional>

#include "os/base/text.h"
#include "os/os.h"
#include "src/port/port.h"

namespace Atoll {

// stackinit: a pool's span is whole pages.
std::optional<Line> check_stack_cache_size(const port::PortSpec& spec);

// mallocinit, in the book's order. Tiny blocks are objects of their class.
std::optional<Line> check_tiny_class(const port::PortSpec& spec, const port::SizeClassTable& table);

// Up to release 1.17: all records of deferred calls in one pool are of one size class.
std::optional<Line> check_defer_sizes(const port::PortSpec& spec,
                                      const port::SizeClassTable& table);

// Addresses in the heap bitmap are computed with masks.
std::optional<Line> check_heap_bitmap(const port::PortSpec& spec);

// Up to release 1.18: the sizes that the statistics by size copy are complete and ascend. The book
// only copies them; the message is ours.
std::optional<Line> check_by_size(const port::PortSpec& spec, const port::SizeClassTable& table);

// All of the above in turn, and then the two of src/pages/physical_page.h: the first message.
std::optional<Line> check_initialisation(const port::PortSpec& spec,
                                         const port::SizeClassTable& table, os::Os& os,
                                         const os::Machine& machine);

}  // namespace Atoll
