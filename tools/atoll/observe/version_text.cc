#include "tools/atoll/observe/version_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>
#include <vector>

namespace Atoll::observe {
namespace {

constexpr std::size_t kPiece = 1 << 16;

// The one element; empty if there are none or several.
std::string only(const std::set<std::string>& texts) {
  return texts.size() == 1 ? *texts.begin() : std::string();
}

bool is_version(std::string_view text) {
  return text.size() >= 5 && text.back() >= '0' && text.back() <= '9';
}

// From some release on the linker writes the version with a NUL behind it, which other texts of a
// program do not have.
std::string terminated(const Marks& marks) {
  std::set<std::string> texts;
  for (const VersionText& version : marks.versions) {
    if (version.is_terminated) texts.insert(version.text);
  }
  return only(texts);
}

// Older ones pack it among other texts, where the next one may begin with a digit. What tells its
// size is the variable: a pointer to it, and its size.
class Variables {
 public:
  Variables(const Source& source, const Image& image, const Marks& marks)
      : fields_(source, image.endian), image_(image) {
    for (const VersionText& version : marks.versions) {
      if (const auto address = image.address_of(version.offset)) {
        texts_.emplace(*address, version.text);
      }
    }
  }

  std::string find() {
    if (texts_.empty()) return {};
    const unsigned size = 2 * image_.pointer_bytes;
    const Source& source = fields_.source();
    std::vector<char> buffer;
    for (std::uint64_t begin = 0; begin + size <= source.size(); begin += kPiece) {
      const std::uint64_t rest = source.size() - begin;
      buffer.resize(static_cast<std::size_t>(std::min<std::uint64_t>(rest, kPiece + size)));
      source.read(begin, buffer);
      const MemorySource piece({buffer.data(), buffer.size()});
      search(Fields(piece, fields_.endian()), buffer.size() - size);
    }
    return only(found_);
  }

 private:
  void search(const Fields& piece, std::size_t last) {
    const unsigned width = image_.pointer_bytes;
    const std::uint64_t lowest = texts_.begin()->first;
    const std::uint64_t highest = texts_.rbegin()->first;
    for (std::size_t at = 0; at <= std::min(last, kPiece - 1); ++at) {
      const std::uint64_t address = piece.number(at, width);
      if (address < lowest || address > highest) continue;
      const auto text = texts_.find(address);
      if (text == texts_.end()) continue;
      const std::uint64_t size = piece.number(at + width, width);
      if (size > text->second.size()) continue;
      std::string version = text->second.substr(0, static_cast<std::size_t>(size));
      if (is_version(version)) found_.insert(std::move(version));
    }
  }

  Fields fields_;
  const Image& image_;
  std::map<std::uint64_t, std::string> texts_;  // by address
  std::set<std::string> found_;
};

}  // namespace

std::string version_from_text(const Source& source, const Image& image, const Marks& marks) {
  std::string version = terminated(marks);
  if (version.empty()) version = Variables(source, image, marks).find();
  return version;
}

}  // namespace Atoll::observe
