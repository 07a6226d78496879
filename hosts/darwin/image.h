// A Mach-O program, read: what to map, what to fill in, where to begin.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hosts/base/bytes.h"
#include "os/base/address.h"

namespace Atoll::hosts::darwin {

enum class Processor : std::uint8_t { kAmd64, kArm64 };

constexpr std::uint64_t page_size_of(Processor processor) {
  return processor == Processor::kArm64 ? 16384 : 4096;
}

// User addresses begin here: below is __PAGEZERO.
inline constexpr Address kLowest{std::uint64_t{1} << 32};

struct Segment {
  std::string_view name;
  Range range;     // whole pages
  Bytes contents;  // of its beginning; zeroes follow
  bool is_readable = false;
  bool is_writable = false;
  bool is_executable = false;
};

// A pointer that the linker has left to whoever loads the program.
struct Fixup {
  static constexpr std::uint32_t kNoImport = ~std::uint32_t{0};

  Address place;
  std::uint32_t import = kNoImport;  // an index of Image::imports
  // What is stored there; of an import, what is added to its address.
  std::uint64_t value = 0;
};

struct Import {
  std::string_view name;
  bool is_weak = false;  // null if nobody has it
};

// Names and contents are parts of the file's bytes. Everything in it has been checked: segments are
// pages from kLowest on that do not overlap, fixups lie in the file's contents of segments that are
// not executable, and initialisers and the entry are in segments that are.
struct Image {
  std::vector<Segment> segments;
  std::vector<Import> imports;
  std::vector<Fixup> fixups;
  std::vector<Address> initialisers;  // in the order they are called
  Address entry;                      // int(int argc, char** argv, char** envp, char** apple)
};

// An empty text: `image` holds the program. Else one line that says why it cannot be run, and
// `image` holds nothing of use. Takes time and memory in proportion to the file's size.
std::string read_image(Bytes file, Processor processor, Image* image);

}  // namespace Atoll::hosts::darwin
