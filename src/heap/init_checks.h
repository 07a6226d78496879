// The checks that a heap makes before it starts: those of stackinit and mallocinit on their own
// numbers.
//
// No port of any release fails these; a wrong table does. Each function returns the book's message,
// or nothing. A release that does not make a check passes it.
#pragma once

#include <optional>

#include "os/base/text.h"
#include "os/os.h"
#include "src/port/port.h"

namespace Atoll {

// stackinit: the span of a pool is a whole number of pages.
std::optional<Line> check_stack_cache_size(const port::PortSpec& spec);

// mallocinit, in the book's order. Tiny blocks are objects of their class.
std::optional<Line> check_tiny_class(const port::PortSpec& spec, const port::SizeClassTable& table);

// Up to release 1.17: all records of deferred calls in one pool have one size class.
std::optional<Line> check_defer_sizes(const port::PortSpec& spec,
                                      const port::SizeClassTable& table);

// The heap bitmap has a size that masks can address.
std::optional<Line> check_heap_bitmap(const port::PortSpec& spec);

// Up to release 1.18: the sizes that the statistics by size copy are complete and ascend. The book
// only copies them; this message is Atoll's own.
std::optional<Line> check_by_size(const port::PortSpec& spec, const port::SizeClassTable& table);

// Makes all checks above in turn, and then the two of src/pages/physical_page.h. Returns the first
// message.
std::optional<Line> check_initialisation(const port::PortSpec& spec,
                                         const port::SizeClassTable& table, os::Os& os,
                                         const os::Machine& machine);

}  // namespace Atoll
