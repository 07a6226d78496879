// Reads a static ELF program of 64 bits: what a host must load, and which system's program it is.
// This maps nothing. For any contents of the file the result is a plan within the given bounds, or
// the reason why there is none.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "hosts/base/bytes.h"
#include "os/base/address.h"

namespace Atoll::hosts::bsd {

// The system of a program, by the note that the system's own kernel looks at.
enum class Brand : std::uint8_t { kNone, kFreebsd, kNetbsd, kOpenbsd };

std::string_view name(Brand brand);

enum class Machine : std::uint16_t { kAmd64 = 62, kArm64 = 183 };

struct Segment {
  Range memory;    // as the file says, not rounded to pages
  Bytes contents;  // of the segment's beginning; the rest is zero
  bool can_read = false;
  bool can_write = false;
  bool can_execute = false;
};

// Segments are not empty, lie in ascending order within `space`, and share no page.
struct Plan {
  Machine machine = Machine::kAmd64;
  Brand brand = Brand::kNone;
  std::uint64_t entry = 0;    // within a segment that can be executed
  std::uint64_t headers = 0;  // the address of the program headers; 0 if they are not in memory
  std::uint16_t num_headers = 0;
  std::vector<Segment> segments;
};

// Segments must lie within `space`, whose bounds are multiples of `page_size`. Returns null, or the
// reason why there is no plan, as the end of a sentence: "the file is cut short".
const char* parse(Bytes file, Range space, std::uint64_t page_size, Plan* plan);

}  // namespace Atoll::hosts::bsd
