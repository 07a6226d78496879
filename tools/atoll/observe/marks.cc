#include "tools/atoll/observe/marks.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

namespace Atoll::observe {
namespace {

using namespace std::string_view_literals;
using port::Goos;

// The file is searched in pieces. Each is followed by as much as a mark and what belongs to it
// have.
constexpr std::size_t kPiece = 1 << 18;
constexpr std::size_t kLongestMark = 64;

// Programs that speak about Go have some hundred; more are ignored.
constexpr std::size_t kMostVersions = 4096;
constexpr std::size_t kMostBuildInfos = 64;

enum class Kind : std::uint8_t {
  kBuildInfo,
  kBuildId,
  kVersion,
  kRace,
  kGccgo,
  kTinygo,
  kPacked,
  kGoos,
};

struct Pattern {
  Kind kind;
  // It counts only in what is loaded: other parts have the names of what is not linked.
  bool is_loaded;
  std::string_view text;
  std::optional<Goos> goos = {};  // of kGoos
};

constexpr auto kPatterns = std::to_array<Pattern>({
    {Kind::kBuildInfo, true, "\xff Go buildinf:"sv},
    {Kind::kBuildId, true, "\xff Go build ID: \""sv},
    {Kind::kVersion, true, "go1."sv},
    {Kind::kRace, true, "\0runtime.racefuncenter\0"sv},
    {Kind::kGccgo, true, "/libgo/runtime/"sv},
    {Kind::kTinygo, false, "runtime.runtimePanic"sv},
    {Kind::kTinygo, false, "tinygo_"sv},
    {Kind::kTinygo, false, "panic: runtime error: nil pointer"sv},
    {Kind::kPacked, false, "UPX!"sv},
    {Kind::kGoos, true, "runtime/os_illumos.go"sv, Goos::kIllumos},
    {Kind::kGoos, true, "runtime/os_only_solaris.go"sv, Goos::kSolaris},
    {Kind::kGoos, true, "runtime/os_dragonfly.go"sv, Goos::kDragonfly},
    {Kind::kGoos, true, "runtime/os_ios.go"sv, Goos::kIos},
});

// The first word of a table of lines, and the releases that write it.
struct TableMagic {
  std::uint32_t magic;
  LineTable table;
};

constexpr auto kTableMagics = std::to_array<TableMagic>({
    {0xfffffffb, {2, 15}},
    {0xfffffffa, {16, 17}},
    {0xfffffff0, {18, 19}},
    {0xfffffff1, {20, {}}},
});

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits(std::string_view text, std::size_t begin) {
  std::size_t count = 0;
  while (begin + count < text.size() && count < 3 && is_digit(text[begin + count])) ++count;
  return count;
}

// The version at the front of `text`, which begins with "go1.": "go1.26.5", "go1.27rc1".
std::string_view version_at(std::string_view text) {
  std::size_t size = 4;
  const std::size_t minor = digits(text, size);
  if (minor == 0) return {};
  size += minor;
  for (const std::string_view next : {"."sv, "rc"sv, "beta"sv}) {
    if (!text.substr(size).starts_with(next)) continue;
    const std::size_t number = digits(text, size + next.size());
    if (number != 0) size += next.size() + number;
  }
  return text.substr(0, size);
}

class Search {
 public:
  Search(const Source& source, const Image& image) : source_(source), image_(image) {
    for (std::size_t i = 0; i < magics_.size(); ++i) {
      for (unsigned byte = 0; byte < 4; ++byte) {
        const unsigned shift = image.endian == Endian::kBig ? 24 - 8 * byte : 8 * byte;
        magics_[i][byte] = static_cast<char>(kTableMagics[i].magic >> shift);
      }
    }
  }

  Marks run() {
    std::vector<char> buffer(
        static_cast<std::size_t>(std::min<std::uint64_t>(source_.size(), kPiece + kLongestMark)));
    for (std::uint64_t begin = 0; begin < source_.size(); begin += kPiece) {
      const std::uint64_t rest = source_.size() - begin;
      const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(rest, buffer.size()));
      source_.read(begin, {buffer.data(), size});
      search({buffer.data(), size}, begin);
    }
    return marks_;
  }

 private:
  void search(std::string_view piece, std::uint64_t begin) {
    for (const Pattern& pattern : kPatterns) {
      for_each(piece, pattern.text, [&](std::size_t at) {
        if (pattern.is_loaded && !image_.address_of(begin + at)) return;
        note(pattern, piece.substr(at), begin + at);
      });
    }
    for (std::size_t i = 0; i < magics_.size() && !marks_.line_table; ++i) {
      for_each(piece, {magics_[i].data(), magics_[i].size()}, [&](std::size_t at) {
        if (is_line_table(begin + at)) marks_.line_table = kTableMagics[i].table;
      });
    }
  }

  // Calls `found` for each place of `text` that does not begin in the next piece.
  template <typename Found>
  static void for_each(std::string_view piece, std::string_view text, const Found& found) {
    const char* const end = piece.data() + piece.size();
    const char* const last = piece.data() + std::min(piece.size(), kPiece);
    for (const char* at = piece.data(); at < last; ++at) {
      at = static_cast<const char*>(
          memmem(at, static_cast<std::size_t>(end - at), text.data(), text.size()));
      if (at == nullptr || at >= last) return;
      found(static_cast<std::size_t>(at - piece.data()));
    }
  }

  void note(const Pattern& pattern, std::string_view text, std::uint64_t offset) {
    switch (pattern.kind) {
      case Kind::kBuildInfo:
        if (marks_.build_infos.size() < kMostBuildInfos) marks_.build_infos.push_back(offset);
        return;
      case Kind::kBuildId:
        marks_.has_build_id = true;
        return;
      case Kind::kVersion:
        return note_version(text.substr(0, kLongestMark), offset);
      case Kind::kRace:
        marks_.has_race_detector = true;
        return;
      case Kind::kGccgo:
        marks_.is_gccgo = true;
        return;
      case Kind::kTinygo:
        marks_.is_tinygo = true;
        return;
      case Kind::kPacked:
        marks_.is_packed = true;
        return;
      case Kind::kGoos:
        marks_.goos = pattern.goos;
        return;
    }
  }

  void note_version(std::string_view text, std::uint64_t offset) {
    const std::string_view version = version_at(text);
    if (version.empty() || marks_.versions.size() == kMostVersions) return;
    const bool is_terminated = version.size() < text.size() && text[version.size()] == '\0';
    marks_.versions.push_back({offset, std::string(version), is_terminated});
  }

  // The magic is followed by two zeros, an instruction's least size, a pointer's size, and the
  // number of functions.
  bool is_line_table(std::uint64_t offset) const {
    if (!image_.address_of(offset) || source_.size() - offset < 16) return false;
    const Fields fields(source_, image_.endian);
    const std::uint64_t least = fields.u8(offset + 6);
    const std::uint64_t pointer = fields.u8(offset + 7);
    if (least != 1 && least != 2 && least != 4) return false;
    if (pointer != 4 && pointer != 8) return false;
    const std::uint64_t functions = fields.number(offset + 8, static_cast<unsigned>(pointer));
    return functions != 0 && functions < source_.size() / pointer;
  }

  const Source& source_;
  const Image& image_;
  std::array<std::array<char, 6>, kTableMagics.size()> magics_ = {};
  Marks marks_;
};

}  // namespace

Marks find_marks(const Source& source, const Image& image) { return Search(source, image).run(); }

}  // namespace Atoll::observe
