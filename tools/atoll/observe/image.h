// What the headers of an executable file tell, whatever its format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "src/port/names.h"
#include "tools/atoll/observe/fields.h"

namespace Atoll::observe {

// Bytes of the file that lie in the program's memory.
struct Segment {
  std::uint64_t offset = 0;  // in the file
  std::uint64_t size = 0;
  std::uint64_t address = 0;
};

struct Image {
  std::string format;  // "ELF"
  Endian endian = Endian::kLittle;
  unsigned pointer_bytes = 8;
  std::optional<port::Goos> goos;      // as far as the headers tell
  std::optional<port::Goarch> goarch;  // none: Go has no port to the processor
  bool is_library = false;

  // None where the format has nothing like it.
  std::optional<bool> is_static;
  std::optional<bool> is_pie;
  std::optional<bool> is_stripped;

  // Something that only a compiler of Go writes.
  bool has_go_note = false;
  bool has_gccgo_section = false;
  std::string go_producer;  // the version that it names, as in "go1.19.8"

  std::vector<Segment> segments;  // inside of the file, in the order of their offsets

  // Orders the segments. The reader calls it at its end.
  void order_segments();

  // The address of a byte of the file, and the other way round.
  std::optional<std::uint64_t> address_of(std::uint64_t offset) const;
  std::optional<std::uint64_t> offset_of(std::uint64_t address) const;
};

// The most segments that a reader takes: a program for wasm has some thousand.
inline constexpr std::size_t kMostSegments = 1 << 18;

}  // namespace Atoll::observe
