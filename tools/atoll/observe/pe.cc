#include <fmt/format.h>

#include "tools/atoll/observe/readers.h"

namespace Atoll::observe {
namespace {

using port::Goarch;

constexpr std::uint64_t kNewHeaderAt = 0x3c;
constexpr std::uint64_t kFileHeader = 24;  // with the signature
constexpr std::uint64_t kSectionHeader = 40;
constexpr std::uint64_t kIsLibrary = 0x2000;
constexpr std::uint64_t kDynamicBase = 0x40;
constexpr std::uint64_t kMagic32 = 0x10b;
constexpr std::uint64_t kMagic64 = 0x20b;
// Subsystems 10 to 13 are those of firmware.
constexpr std::uint64_t kFirstFirmware = 10;
constexpr std::uint64_t kLastFirmware = 13;

std::optional<Goarch> processor(std::uint64_t machine) {
  switch (machine) {
    case 0x14c:
      return Goarch::k386;
    case 0x1c0:
    case 0x1c2:
    case 0x1c4:
      return Goarch::kArm;
    case 0x8664:
      return Goarch::kAmd64;
    case 0xaa64:
      return Goarch::kArm64;
    default:
      return std::nullopt;
  }
}

class PeReader {
 public:
  explicit PeReader(const Source& source) : fields_(source, Endian::kLittle) {}

  Image read() {
    fields_.require(0, kNewHeaderAt + 4, "its header");
    header_ = fields_.u32(kNewHeaderAt);
    if (header_ + kFileHeader > fields_.source().size()) {
      throw BadFile("is truncated, or a program for DOS");
    }
    if (fields_.bytes(header_, 4) != std::string("PE\0\0", 4)) {
      throw BadFile("is a program for DOS");
    }
    image_.format = "PE";
    image_.goarch = processor(fields_.u16(header_ + 4));
    image_.is_stripped = fields_.u32(header_ + 16) == 0;
    image_.is_library = (fields_.u16(header_ + 22) & kIsLibrary) != 0;
    read_optional_header();
    read_sections();
    image_.order_segments();
    return image_;
  }

 private:
  std::uint64_t optional_header() const { return header_ + kFileHeader; }

  void read_optional_header() {
    const std::uint64_t at = optional_header();
    const std::uint64_t size = fields_.u16(header_ + 20);
    fields_.require(at, size, "its optional header");
    const std::uint64_t magic = size < 2 ? 0 : fields_.u16(at);
    if (magic != kMagic32 && magic != kMagic64) {
      throw BadFile("is an object file, not a program");
    }
    const bool is_64 = magic == kMagic64;
    const unsigned count_at = is_64 ? 108 : 92;
    if (size < count_at + 4) throw BadFile("is malformed: its optional header is too short");
    image_.pointer_bytes = is_64 ? 8 : 4;
    base_ = is_64 ? fields_.u64(at + 24) : fields_.u32(at + 28);
    const std::uint64_t subsystem = fields_.u16(at + 68);
    const bool is_firmware = subsystem >= kFirstFirmware && subsystem <= kLastFirmware;
    if (!is_firmware) image_.goos = port::Goos::kWindows;
    image_.is_pie = (fields_.u16(at + 70) & kDynamicBase) != 0;
    const bool has_imports = fields_.u32(at + count_at) >= 2 && size >= count_at + 16 &&
                             fields_.u32(at + count_at + 4 + 8) != 0;
    image_.is_static = !has_imports;
  }

  void read_sections() {
    const std::uint64_t count = fields_.u16(header_ + 6);
    const std::uint64_t table = optional_header() + fields_.u16(header_ + 20);
    fields_.require(table, count * kSectionHeader, "its section headers");
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = table + i * kSectionHeader;
      const std::uint64_t in_memory = fields_.u32(at + 8);
      const std::uint64_t in_file = fields_.u32(at + 16);
      // The file's size of a section is rounded up, and tools cut the last one off.
      const std::uint64_t size = in_memory == 0 || in_file < in_memory ? in_file : in_memory;
      const Segment segment = {fields_.u32(at + 20), size, base_ + fields_.u32(at + 12)};
      if (size == 0) continue;
      fields_.require(segment.offset, segment.size, "a section");
      image_.segments.push_back(segment);
    }
    if (image_.segments.empty()) throw BadFile("is malformed: nothing of it is loaded");
  }

  Fields fields_;
  Image image_;
  std::uint64_t header_ = 0;
  std::uint64_t base_ = 0;
};

}  // namespace

Image read_pe(const Source& source) { return PeReader(source).read(); }

}  // namespace Atoll::observe
