// Numbers and short strings in a file's headers, at any offset and in either byte order.
#pragma once

#include <cstdint>
#include <string>

#include "tools/atoll/observe/source.h"

namespace Atoll::observe {

enum class Endian : std::uint8_t { kLittle, kBig };

// Every function throws BadFile if what it shall read is not in the file.
class Fields {
 public:
  // `source` must outlive it.
  Fields(const Source& source, Endian endian) : source_(&source), endian_(endian) {}

  const Source& source() const { return *source_; }
  Endian endian() const { return endian_; }

  // A number of `width` bytes, 1 to 8.
  std::uint64_t number(std::uint64_t offset, unsigned width) const;

  std::uint64_t u8(std::uint64_t offset) const { return number(offset, 1); }
  std::uint64_t u16(std::uint64_t offset) const { return number(offset, 2); }
  std::uint64_t u32(std::uint64_t offset) const { return number(offset, 4); }
  std::uint64_t u64(std::uint64_t offset) const { return number(offset, 8); }

  // Exactly `size` bytes. The caller bounds `size`.
  std::string bytes(std::uint64_t offset, std::size_t size) const;

  // The characters before the first NUL, at most `most`.
  std::string text(std::uint64_t offset, std::size_t most) const;

  // Throws if [offset, offset + size) is not inside of the file.
  void require(std::uint64_t offset, std::uint64_t size, const char* what) const;

 private:
  const Source* source_;
  Endian endian_;
};

// A number in LEB128, as wasm's and those of Go's build information. Moves `offset` behind it.
std::uint64_t read_leb(const Fields& fields, std::uint64_t& offset);

}  // namespace Atoll::observe
