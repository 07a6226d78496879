#include "tools/atoll/observe/build_info.h"

#include <algorithm>
#include <string_view>

namespace Atoll::observe {
namespace {

// The mark of 14 bytes is followed by the size of pointers and by flags, and from byte 32 on by two
// texts. Up to release 1.17 two pointers to strings follow the flags instead.
constexpr std::uint64_t kPointerSizeAt = 14;
constexpr std::uint64_t kFlagsAt = 15;
constexpr std::uint64_t kPointersAt = 16;
constexpr std::uint64_t kTextsAt = 32;
constexpr std::uint64_t kIsBigEndian = 1;
constexpr std::uint64_t kIsInline = 2;

constexpr std::uint64_t kMostVersion = 256;
constexpr std::uint64_t kMostSettings = 1 << 20;

// The list of modules and settings lies between two marks of 16 bytes.
constexpr std::size_t kFrame = 16;

class Reader {
 public:
  Reader(const Source& source, const Image& image, std::uint64_t offset)
      : fields_(source, image.endian), image_(image), begin_(offset) {}

  std::optional<BuildInfo> read() {
    const std::uint64_t flags = fields_.u8(begin_ + kFlagsAt);
    std::string settings;
    if ((flags & kIsInline) != 0) {
      std::uint64_t at = begin_ + kTextsAt;
      info_.version = inline_text(at, kMostVersion);
      settings = inline_text(at, kMostSettings);
    } else {
      const std::uint64_t width = fields_.u8(begin_ + kPointerSizeAt);
      if (width != 4 && width != 8) return std::nullopt;
      const Endian endian = (flags & kIsBigEndian) != 0 ? Endian::kBig : Endian::kLittle;
      fields_ = Fields(fields_.source(), endian);
      width_ = static_cast<unsigned>(width);
      info_.version = pointed_text(begin_ + kPointersAt, kMostVersion);
      settings = pointed_text(begin_ + kPointersAt + width, kMostSettings);
    }
    const bool is_version = info_.version.starts_with("go1") || info_.version.starts_with("devel");
    if (!is_version) return std::nullopt;
    if (settings.size() >= 2 * kFrame) {
      read_settings(std::string_view(settings).substr(kFrame, settings.size() - 2 * kFrame));
    }
    return info_;
  }

 private:
  std::string inline_text(std::uint64_t& at, std::uint64_t most) {
    const std::uint64_t size = read_leb(fields_, at);
    if (size > most) return {};
    std::string text = fields_.bytes(at, static_cast<std::size_t>(size));
    at += size;
    return text;
  }

  // Follows a pointer to a string, which is a pointer to characters and their number.
  std::string pointed_text(std::uint64_t at, std::uint64_t most) {
    const auto string = image_.offset_of(fields_.number(at, width_));
    if (!string) return {};
    const auto characters = image_.offset_of(fields_.number(*string, width_));
    const std::uint64_t size = fields_.number(*string + width_, width_);
    if (!characters || size > most) return {};
    return fields_.bytes(*characters, static_cast<std::size_t>(size));
  }

  // Lines as "build<TAB>GOOS=linux".
  void read_settings(std::string_view lines) {
    constexpr std::string_view kBuild = "build\t";
    while (!lines.empty()) {
      const std::string_view line = lines.substr(0, lines.find('\n'));
      lines.remove_prefix(std::min(lines.size(), line.size() + 1));
      const std::size_t equals = line.find('=');
      if (!line.starts_with(kBuild) || equals == std::string_view::npos) continue;
      read_setting(line.substr(kBuild.size(), equals - kBuild.size()), line.substr(equals + 1));
    }
  }

  void read_setting(std::string_view key, std::string_view value) {
    if (key == "GOOS") info_.goos = port::parse_goos(value);
    if (key == "GOARCH") info_.goarch = port::parse_goarch(value);
    if (key == "-race") info_.race = value == "true";
    if (key == "-compiler") info_.compiler = value;
    if (key == "-buildmode") info_.build_mode = value;
  }

  Fields fields_;
  const Image& image_;
  std::uint64_t begin_;
  unsigned width_ = 8;
  BuildInfo info_;
};

}  // namespace

std::optional<BuildInfo> read_build_info(const Source& source, const Image& image,
                                         std::uint64_t offset) {
  try {
    return Reader(source, image, offset).read();
  } catch (const BadFile&) {
    return std::nullopt;  // the mark without the information, as programs that read it have
  }
}

}  // namespace Atoll::observe
