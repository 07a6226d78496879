// Bytes of a file that may be damaged: every read is checked against the end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

namespace Atoll::hosts {

class Bytes {
 public:
  constexpr Bytes() = default;
  constexpr explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}

  std::uint64_t size() const { return bytes_.size(); }
  const std::byte* data() const { return bytes_.data(); }

  // `size` bytes at `offset`; nothing if any of them is missing.
  std::optional<Bytes> part(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return std::nullopt;
    return Bytes(bytes_.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(size)));
  }

  // The value at `offset`, in the byte order of this machine.
  template <class Value>
  std::optional<Value> read(std::uint64_t offset) const {
    static_assert(std::is_trivially_copyable_v<Value>);
    const std::optional<Bytes> found = part(offset, sizeof(Value));
    if (!found) return std::nullopt;
    Value value;
    std::memcpy(&value, found->data(), sizeof value);
    return value;
  }

  // A big-endian number, as in a Plan 9 header.
  template <class Number>
  std::optional<Number> read_big(std::uint64_t offset) const {
    const std::optional<Bytes> found = part(offset, sizeof(Number));
    if (!found) return std::nullopt;
    Number number = 0;
    for (const std::byte byte : found->bytes_) {
      number = static_cast<Number>((number << 8) | static_cast<Number>(byte));
    }
    return number;
  }

  // The text up to the next zero byte; nothing if there is none.
  std::optional<std::string_view> text(std::uint64_t offset) const {
    if (offset >= bytes_.size()) return std::nullopt;
    const auto* const first = reinterpret_cast<const char*>(bytes_.data()) + offset;
    const void* const zero =
        std::memchr(first, 0, bytes_.size() - static_cast<std::size_t>(offset));
    if (zero == nullptr) return std::nullopt;
    return std::string_view(first,
                            static_cast<std::size_t>(static_cast<const char*>(zero) - first));
  }

 private:
  std::span<const std::byte> bytes_;
};

// Maps the whole file read-only, and never unmaps it. Returns nothing, with errno, if that fails,
// and no bytes for an empty file.
std::optional<Bytes> map_file(const char* path);

}  // namespace Atoll::hosts
