// A static ELF program of 64 bits: what there is to load, and whose program it is. Pure: nothing is
// mapped, and whatever the file holds, the answer is a plan within the bounds given or a reason.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "hosts/base/bytes.h"
#include "os/base/address.h"

namespace Atoll::hosts::bsd {

// By the note that the system's own kernel goes by.
enum class Brand : std::uint8_t { kNone, kFreebsd, kNetbsd, kOpenbsd };

std::string_view name(Brand brand);

enum class Machine : std::uint16_t { kAmd64 = 62, kArm64 = 183 };

struct Segment {
  Range memory;    // as the file says, not rounded to pages
  Bytes contents;  // of its beginning; the rest is zero
  bool can_read = false;
  bool can_write = false;
  bool can_execute = false;
};

// Segments are not empty, lie in ascending order within `space`, and share no page.
struct Plan {
  Machine machine = Machine::kAmd64;
  Brand brand = Brand::kNone;
  std::uint64_t entry = 0;    // within a segment that can be executed
  std::uint64_t headers = 0;  // where the program headers are in memory, 0 if nowhere
  std::uint16_t num_headers = 0;
  std::vector<Segment> segments;
};

// `space` is where segments may lie, in multiples of `page_size`. Null, or why there is no plan: a
// sentence's end, "the file is cut short".
const char* parse(Bytes file, Range space, std::uint64_t page_size, Plan* plan);

}  // namespace Atoll::hosts::bsd
