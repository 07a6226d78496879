#include <fmt/format.h>

#include "tools/atoll/observe/readers.h"

namespace Atoll::observe {
namespace {

using port::Goarch;
using port::Goos;

constexpr std::uint64_t kMagic32 = 0xfeedface;
constexpr std::uint64_t kMagic64 = 0xfeedfacf;
constexpr std::uint64_t kFat64 = 0xcafebabf;

enum FileType : std::uint64_t { kExecutable = 2, kCore = 4, kLibrary = 6, kBundle = 8 };
enum Command : std::uint64_t {
  kSegment32 = 0x1,
  kSymbols = 0x2,
  kDynamicSymbols = 0xb,
  kLoadLibrary = 0xc,
  kSegment64 = 0x19,
  kVersionMac = 0x24,
  kVersionPhone = 0x25,
  kBuildVersion = 0x32,
  kLoadWeakLibrary = 0x80000018,
};
constexpr std::uint64_t kFlagPie = 0x200000;

// A real program has some 20 commands, and a fat file has two or three parts.
constexpr std::uint64_t kMostCommands = 4096;
constexpr std::uint64_t kMostParts = 16;

std::optional<Goarch> processor(std::uint64_t type) {
  switch (type) {
    case 7:
      return Goarch::k386;
    case 12:
      return Goarch::kArm;
    case 0x1000007:
      return Goarch::kAmd64;
    case 0x100000c:
      return Goarch::kArm64;
    default:
      return std::nullopt;
  }
}

// Platforms 2 and 7 are iOS and its simulator, and 6 is Catalyst, a Mac.
std::optional<Goos> platform(std::uint64_t number) {
  switch (number) {
    case 1:
    case 6:
      return Goos::kDarwin;
    case 2:
    case 7:
      return Goos::kIos;
    default:
      return std::nullopt;
  }
}

class MachoReader {
 public:
  explicit MachoReader(const Source& source) : fields_(source, order(source)) {}

  Image read() {
    is_64_ = fields_.u32(0) == kMagic64;
    image_.format = "Mach-O";
    image_.endian = fields_.endian();
    image_.pointer_bytes = is_64_ ? 8 : 4;
    image_.goos = Goos::kDarwin;
    image_.is_static = true;
    image_.is_stripped = true;
    fields_.require(0, header_size(), "its header");
    image_.goarch = processor(fields_.u32(4));
    read_type(fields_.u32(12));
    image_.is_pie = (fields_.u32(24) & kFlagPie) != 0;
    read_commands();
    if (image_.segments.empty()) throw BadFile("is malformed: nothing of it is loaded");
    image_.order_segments();
    return image_;
  }

 private:
  static Endian order(const Source& source) {
    const std::uint64_t magic = Fields(source, Endian::kLittle).u32(0);
    return magic == kMagic32 || magic == kMagic64 ? Endian::kLittle : Endian::kBig;
  }

  std::uint64_t header_size() const { return is_64_ ? 32 : 28; }

  void read_type(std::uint64_t type) {
    if (type == kCore) throw BadFile("is a core dump, not a program");
    if (type != kExecutable && type != kLibrary && type != kBundle) {
      throw BadFile("is an object file, not a program");
    }
    image_.is_library = type != kExecutable;
  }

  void read_commands() {
    const std::uint64_t count = fields_.u32(16);
    const std::uint64_t size = fields_.u32(20);
    fields_.require(header_size(), size, "its load commands");
    if (count > kMostCommands) {
      throw BadFile(fmt::format("is malformed: it has {} load commands", count));
    }
    std::uint64_t at = header_size();
    const std::uint64_t end = at + size;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t length = end - at < 8 ? 0 : fields_.u32(at + 4);
      if (length < 8 || length > end - at) {
        throw BadFile("is malformed: a load command does not fit");
      }
      read_command(fields_.u32(at), at, length);
      at += length;
    }
  }

  void read_command(std::uint64_t command, std::uint64_t at, std::uint64_t length) {
    switch (command) {
      case kSegment32:
        return read_segment(at, length, 4);
      case kSegment64:
        return read_segment(at, length, 8);
      case kSymbols:
        if (length >= 24 && fields_.u32(at + 12) != 0) image_.is_stripped = false;
        return;
      case kDynamicSymbols:
        // A stripped program keeps what it exports and imports.
        if (length >= 16 && fields_.u32(at + 12) == 0) has_no_locals_ = true;
        if (has_no_locals_) image_.is_stripped = true;
        return;
      case kLoadLibrary:
      case kLoadWeakLibrary:
        image_.is_static = false;
        return;
      case kVersionMac:
        image_.goos = Goos::kDarwin;
        return;
      case kVersionPhone:
        image_.goos = Goos::kIos;
        return;
      case kBuildVersion:
        if (length >= 12) image_.goos = platform(fields_.u32(at + 8));
        return;
      default:
        return;
    }
  }

  void read_segment(std::uint64_t at, std::uint64_t length, unsigned width) {
    if (length < 24 + std::uint64_t{4} * width) {
      throw BadFile("is malformed: a segment command is too short");
    }
    const Segment segment = {fields_.number(at + 24 + 2 * width, width),
                             fields_.number(at + 24 + 3 * width, width),
                             fields_.number(at + 24, width)};
    fields_.require(segment.offset, segment.size, "a segment");
    if (fields_.text(at + 8, 16) == "__LINKEDIT") return;
    image_.segments.push_back(segment);
  }

  Fields fields_;
  Image image_;
  bool is_64_ = false;
  bool has_no_locals_ = false;
};

}  // namespace

Image read_macho(const Source& source) { return MachoReader(source).read(); }

std::vector<PartSource> fat_parts(const Source& source) {
  const Fields fields(source, Endian::kBig);
  const bool is_64 = fields.u32(0) == kFat64;
  const std::uint64_t count = fields.u32(4);
  const std::uint64_t size = is_64 ? 32 : 20;
  if (count == 0 || count > kMostParts) {
    throw BadFile(fmt::format("is malformed: it is a fat file of {} parts", count));
  }
  fields.require(8, count * size, "its list of parts");
  std::vector<PartSource> parts;
  std::uint64_t end = 8 + count * size;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t at = 8 + i * size + 8;
    const std::uint64_t begin = is_64 ? fields.u64(at) : fields.u32(at);
    const std::uint64_t length = is_64 ? fields.u64(at + 8) : fields.u32(at + 4);
    fields.require(begin, length, "a part");
    if (begin < end) throw BadFile("is malformed: the parts of the fat file overlap");
    end = begin + length;
    parts.emplace_back(source, begin, length);
  }
  return parts;
}

}  // namespace Atoll::observe
