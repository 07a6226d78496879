// Small executable files of every format, made in memory: headers, and one segment with what a
// program of Go has in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace Atoll::fuzz {

enum class Format { kElf, kPe, kMacho, kXcoff, kWasm, kPlan9 };

// How the release stands in the file.
enum class Release { kNone, kInline, kPointers, kTerminated, kPacked };

struct Program {
  Format format = Format::kElf;
  unsigned pointer_bytes = 8;
  bool is_big_endian = false;
  std::uint32_t machine = 62;  // as the format numbers processors
  std::uint32_t magic = 0;     // of Plan 9
  unsigned abi = 0;            // of ELF
  std::string loader;          // of ELF
  std::string module;          // of wasm: where an import comes from
  std::string producer;        // of wasm: the version that its section of producers names
  Release release = Release::kInline;
  std::string version = "go1.19.8";
  std::string settings;  // lines, as "build\tGOOS=linux\n"
  bool has_line_table = true;
  bool has_race_detector = false;
  bool has_symbols = false;
  bool has_libraries = false;  // of Mach-O and XCOFF: it needs some
  bool is_pie = false;
  std::string more;  // further bytes of the segment
};

std::string file_of(const Program& program);

// A fat Mach-O file of these parts.
std::string fat_of(const std::vector<std::string>& parts);

struct Named {
  std::string name;
  std::string bytes;
};

// One of each format and of each way to write the release. The fuzzer `identify` begins with them.
std::vector<Named> all_programs();

}  // namespace Atoll::fuzz
