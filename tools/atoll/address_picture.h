// Where heaps asked for memory, and where they got it, as a picture.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tools/atoll/target_result.h"

namespace Atoll::tool {

// One request for address space at a place.
struct Request {
  std::uint64_t asked = 0;
  std::optional<std::uint64_t> got;  // empty: the system refused

  bool was_honoured() const { return got == asked; }
};

// Of the calls that a probe wrote; those that leave the place to the system are left out.
std::vector<Request> requests_of(std::span<const std::string> calls);

// Text inside of HTML, also inside of an attribute.
std::string html(std::string_view text);

// An <svg> with a line of addresses for each target that was run and has a port. Colours come from
// the page's classes.
std::string address_picture(std::span<const TargetResult> results);

}  // namespace Atoll::tool
