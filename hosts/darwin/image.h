// Reads a Mach-O program: the segments to map, the pointers to fill in, and the entry point.
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
  Bytes contents;  // of the segment's beginning; zeroes follow
  bool is_readable = false;
  bool is_writable = false;
  bool is_executable = false;
};

// A pointer that the loader must fill in.
struct Fixup {
  static constexpr std::uint32_t kNoImport = ~std::uint32_t{0};

  Address place;
  std::uint32_t import = kNoImport;  // an index of Image::imports
  // The pointer's value; for an import, the number to add to its address.
  std::uint64_t value = 0;
};

struct Import {
  std::string_view name;
  bool is_weak = false;  // its address is null if no library has it
};

// Names and contents are parts of the file's bytes. read_image() has checked everything: segments
// consist of pages at or above kLowest and do not overlap, fixups lie in the contents of segments
// that are not executable, and initialisers and the entry in segments that are.
struct Image {
  std::vector<Segment> segments;
  std::vector<Import> imports;
  std::vector<Fixup> fixups;
  std::vector<Address> initialisers;  // in the order of their calls
  Address entry;                      // int(int argc, char** argv, char** envp, char** apple)
};

// Returns an empty text, and the program in `image`. Otherwise it returns one line that says why
// the program cannot run, and the contents of `image` are unspecified. Takes time and memory in
// proportion to the file's size.
std::string read_image(Bytes file, Processor processor, Image* image);

}  // namespace Atoll::hosts::darwin
