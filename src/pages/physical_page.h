// The checks a heap makes of the machine's page sizes before it starts.
#pragma once

#include <cstdint>
#include <optional>

#include "os/base/text.h"
#include "os/os.h"
#include "src/port/port.h"

namespace Atoll::pages {

// Go's message, with its first line, or nothing if the page size is fine. From 1.14 there is an
// upper limit too.
std::optional<Line> check_physical_page(const port::PortSpec& spec, const os::Machine& machine);

// From 1.13 a huge page size must be a power of two. For earlier releases this does not ask `os`.
std::optional<Line> check_huge_page(const port::PortSpec& spec, os::Os& os);

// The huge page size that the heap will use. 0 if the release ignores a size that is too large
// (1.14).
std::uint64_t usable_huge_page_size(const port::PortSpec& spec, std::uint64_t huge_page_size);

}  // namespace Atoll::pages
