#include <fmt/format.h>

#include "tools/atoll/observe/readers.h"

namespace Atoll::observe {
namespace {

constexpr std::uint64_t kMagic64 = 0x1f7;
constexpr std::uint64_t kIsExecutable = 0x2;
constexpr std::uint64_t kIsLibrary = 0x2000;
constexpr std::uint64_t kCode = 0x20;
constexpr std::uint64_t kData = 0x40;
constexpr std::uint64_t kLoader = 0x1000;

class XcoffReader {
 public:
  explicit XcoffReader(const Source& source) : fields_(source, Endian::kBig) {}

  Image read() {
    is_64_ = fields_.u16(0) == kMagic64;
    fields_.require(0, header_size(), "its header");
    const std::uint64_t flags = fields_.u16(18);
    if ((flags & kIsExecutable) == 0) throw BadFile("is an object file, not a program");
    image_.format = "XCOFF";
    image_.endian = Endian::kBig;
    image_.pointer_bytes = is_64_ ? 8 : 4;
    image_.goos = port::Goos::kAix;
    if (is_64_) image_.goarch = port::Goarch::kPpc64;
    image_.is_library = (flags & kIsLibrary) != 0;
    image_.is_static = true;
    image_.is_stripped = fields_.u32(is_64_ ? 20 : 12) == 0;
    read_sections();
    return image_;
  }

 private:
  std::uint64_t header_size() const { return is_64_ ? 24 : 20; }

  void read_sections() {
    const unsigned width = is_64_ ? 8 : 4;
    const std::uint64_t count = fields_.u16(2);
    const std::uint64_t table = header_size() + fields_.u16(16);
    const std::uint64_t size = is_64_ ? 72 : 40;
    fields_.require(table, count * size, "its section headers");
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = table + i * size;
      const std::uint64_t flags = fields_.u32(at + (is_64_ ? 64 : 36));
      const Segment segment = {fields_.number(at + 8 + 3 * width, width),
                               fields_.number(at + 8 + 2 * width, width),
                               fields_.number(at + 8 + width, width)};
      if ((flags & (kCode | kData | kLoader)) == 0) continue;
      fields_.require(segment.offset, segment.size, "a section");
      if ((flags & kLoader) != 0) {
        read_loader(segment);
        continue;
      }
      image_.segments.push_back(segment);
    }
    if (image_.segments.empty()) throw BadFile("is malformed: nothing of it is loaded");
    image_.order_segments();
  }

  // The first of the files that a program needs is only the path to look for the others.
  void read_loader(const Segment& segment) {
    constexpr std::uint64_t kNeededAt = 16;
    if (segment.size < kNeededAt + 4)
      throw BadFile("is malformed: its loader section is too short");
    if (fields_.u32(segment.offset + kNeededAt) > 1) image_.is_static = false;
  }

  Fields fields_;
  Image image_;
  bool is_64_ = false;
};

}  // namespace

Image read_xcoff(const Source& source) { return XcoffReader(source).read(); }

}  // namespace Atoll::observe
