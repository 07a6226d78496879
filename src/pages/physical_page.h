// The checks a heap makes of the machine's page sizes before it starts.
#pragma once

#include <cstdint>
#include <optional>

#include "os/os.h"
#include "src/base/text.h"
#include "src/port/port.h"

namespace Atoll::pages {

// The book's message, with its first line, or nothing if the page size is fine. From 1.14 there is
// an upper limit too. A huge page size must be a power of two from 1.13.
std::optional<Line> check_physical_page(const port::PortSpec& spec, const os::Machine& machine);

// The huge page size the heap will use: 0 where the release ignores one that is too large (1.14).
std::uint64_t usable_huge_page_size(const port::PortSpec& spec, const os::Machine& machine);

}  // namespace Atoll::pages
