// Reads /dev/swap, which has lines like "4096 pagesize": a number and its name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace Atoll::os::plan9 {

// The page size in the beginning of such a file; nothing if the text has none, or no power of two.
std::optional<std::uint64_t> page_size_in(std::string_view swap_file);

}  // namespace Atoll::os::plan9
