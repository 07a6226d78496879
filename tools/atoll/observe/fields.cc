#include "tools/atoll/observe/fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace Atoll::observe {

std::uint64_t Fields::number(std::uint64_t offset, unsigned width) const {
  std::array<char, 8> bytes = {};
  source_->read(offset, {bytes.data(), width});
  std::uint64_t value = 0;
  for (unsigned i = 0; i < width; ++i) {
    const unsigned at = endian_ == Endian::kBig ? i : width - 1 - i;
    value = value << 8 | static_cast<unsigned char>(bytes[at]);
  }
  return value;
}

std::string Fields::bytes(std::uint64_t offset, std::size_t size) const {
  require(offset, size, "a text");
  std::string result(size, '\0');
  source_->read(offset, result);
  return result;
}

std::string Fields::text(std::uint64_t offset, std::size_t most) const {
  require(offset, 0, "a text");
  const std::uint64_t rest = source_->size() - offset;
  std::string result = bytes(offset, static_cast<std::size_t>(std::min<std::uint64_t>(most, rest)));
  result.resize(std::min(result.find('\0'), result.size()));
  return result;
}

void Fields::require(std::uint64_t offset, std::uint64_t size, const char* what) const {
  const std::uint64_t all = source_->size();
  if (offset <= all && size <= all - offset) return;
  throw BadFile(fmt::format("is truncated: {} would lie behind its end, byte {}", what, all));
}

std::uint64_t read_leb(const Fields& fields, std::uint64_t& offset) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    const std::uint64_t byte = fields.u8(offset++);
    if (shift < 64) value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return value;
  }
  throw BadFile("is malformed: a number has no end");
}

}  // namespace Atoll::observe
