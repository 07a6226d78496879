#include "tools/atoll/observe/identify.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tools/atoll/observe/build_info.h"
#include "tools/atoll/observe/readers.h"
#include "tools/atoll/observe/version_text.h"

namespace Atoll::observe {
namespace {

using namespace std::string_view_literals;

struct Format {
  std::string_view magic;
  Image (*read)(const Source& source);
};

constexpr auto kFormats = std::to_array<Format>({
    {"\x7f"
     "ELF"sv,
     read_elf},
    {"MZ"sv, read_pe},
    {"\xce\xfa\xed\xfe"sv, read_macho},
    {"\xcf\xfa\xed\xfe"sv, read_macho},
    {"\xfe\xed\xfa\xce"sv, read_macho},
    {"\xfe\xed\xfa\xcf"sv, read_macho},
    {"\x01\xdf"sv, read_xcoff},
    {"\x01\xf7"sv, read_xcoff},
    {"\0asm"sv, read_wasm},
    {"\0\0\x01\xeb"sv, read_plan9},
    {"\0\0\x8a\x97"sv, read_plan9},
    {"\0\0\x06\x47"sv, read_plan9},
});

// Classes of Java begin with the same four bytes, followed by a version, which is 45 or more.
constexpr std::uint64_t kFirstJava = 45;

bool is_fat(const Source& source, std::string_view first) {
  if (first.starts_with("\xca\xfe\xba\xbf"sv)) return true;
  return first.starts_with("\xca\xfe\xba\xbe"sv) &&
         Fields(source, Endian::kBig).u32(4) < kFirstJava;
}

Image read_image(const Source& source) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), 8));
  if (size == 0) throw BadFile("is empty");
  const std::string first = Fields(source, Endian::kLittle).bytes(0, size);
  for (const Format& format : kFormats) {
    if (first.starts_with(format.magic)) return format.read(source);
  }
  if (first.starts_with("!<arch>")) throw BadFile("is an archive, not a program");
  if (first.starts_with("#!")) throw BadFile("is a script, not an ELF, PE, Mach-O or wasm file");
  throw BadFile("is no ELF, PE, Mach-O, XCOFF, wasm or Plan 9 file");
}

void take_build_info(const Source& source, const Image& image, const Marks& marks,
                     Identity& identity) {
  for (const std::uint64_t offset : marks.build_infos) {
    const auto info = read_build_info(source, image, offset);
    if (!info) continue;
    identity.version = info->version;
    identity.version_from = "build information";
    if (info->goos) identity.goos = info->goos;
    if (info->goarch) identity.goarch = info->goarch;
    if (info->race) identity.race = info->race;
    if (info->compiler == "gccgo") identity.compiler = Compiler::kGccgo;
    return;
  }
}

Compiler compiler_of(const Image& image, const Marks& marks, const Identity& identity) {
  if (identity.compiler != Compiler::kNone) return identity.compiler;
  const bool is_gc = image.has_go_note || marks.has_build_id || marks.line_table.has_value() ||
                     !image.go_producer.empty() || !identity.version.empty();
  if (is_gc) return Compiler::kGc;
  if (image.has_gccgo_section || marks.is_gccgo) return Compiler::kGccgo;
  if (marks.is_tinygo) return Compiler::kTinygo;
  return Compiler::kNone;
}

void take_version(const Source& source, const Image& image, const Marks& marks,
                  Identity& identity) {
  if (!identity.version.empty() || identity.compiler != Compiler::kGc) return;
  identity.version = image.go_producer;
  identity.version_from = "producers";
  if (!identity.version.empty()) return;
  identity.version = version_from_text(source, image, marks);
  identity.version_from = identity.version.empty() ? "" : "text";
}

Identity identify_one(const Source& source) {
  const Image image = read_image(source);
  const Marks marks = find_marks(source, image);
  Identity identity;
  identity.format = image.format;
  identity.goos = marks.goos ? marks.goos : image.goos;
  identity.goarch = image.goarch;
  identity.is_static = image.is_static;
  identity.is_pie = image.is_pie;
  identity.is_stripped = image.is_stripped;
  identity.is_library = image.is_library;
  take_build_info(source, image, marks, identity);
  identity.compiler = compiler_of(image, marks, identity);
  take_version(source, image, marks, identity);
  if (identity.compiler == Compiler::kGc) {
    identity.line_table = marks.line_table;
    identity.race = identity.race.value_or(false) || marks.has_race_detector;
  }
  identity.is_packed = identity.compiler == Compiler::kNone && marks.is_packed;
  return identity;
}

}  // namespace

std::string_view name(Compiler compiler) {
  switch (compiler) {
    case Compiler::kGc:
      return "gc";
    case Compiler::kGccgo:
      return "gccgo";
    case Compiler::kTinygo:
      return "TinyGo";
    case Compiler::kNone:
      break;
  }
  return {};
}

std::vector<Identity> identify(const Source& source) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), 8));
  const std::string first = Fields(source, Endian::kBig).bytes(0, size);
  if (!is_fat(source, first)) return {identify_one(source)};
  std::vector<Identity> identities;
  for (const PartSource& part : fat_parts(source)) {
    identities.push_back(identify_one(part));
    identities.back().part = static_cast<unsigned>(identities.size());
  }
  return identities;
}

std::optional<port::Release> release_of(const std::string& version) {
  const std::size_t begin = version.find("go1.");
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t end = version.find_first_not_of("0123456789", begin + 4);
  return port::parse_release(std::string_view(version).substr(begin, end - begin));
}

}  // namespace Atoll::observe
