// The limits that decide how an object is allocated, and the sizes of deferred call records.
#pragma once

#include <cstdint>

#include "src/port/ports.h"

namespace Atoll::port {

inline constexpr std::uint64_t kMaxSmallSize = 32768;  // larger objects get pages of their own
inline constexpr std::uint64_t kTinySize = 16;         // block that packs pointer-free objects
inline constexpr unsigned kTinySizeClass = 2;
inline constexpr unsigned kNumDeferClasses = 5;

namespace formula {

// Size classes including class 0. Release 1.16 inserted class 3, of 24 bytes.
constexpr unsigned num_size_classes(Release release) { return release >= Release::k1_16 ? 68 : 67; }

// From release 1.22 an object with pointers that is larger than this carries a header that names
// its type; up to it, the span's end holds a bitmap. Zero before.
constexpr std::uint64_t min_size_for_malloc_header(const Port& port) {
  if (port.until(Release::k1_21)) return 0;
  const std::uint64_t pointer_bytes = pointer_size(port.goarch);
  return pointer_bytes * 8 * pointer_bytes;
}

constexpr std::uint64_t malloc_header_bytes(const Port& port) {
  return port.since(Release::k1_22) ? 8 : 0;
}

// Largest request that is served from a size class. From release 1.22 it leaves room for a header,
// even for objects that never have one.
constexpr std::uint64_t max_small_request(const Port& port) {
  return kMaxSmallSize - malloc_header_bytes(port);
}

// Alignment of an object of `size` (1 to 15) bytes within a tiny block.
constexpr std::uint64_t tiny_alignment(const Port& port, std::uint64_t size) {
  if (size % 8 == 0) return 8;
  // A 12-byte object may begin with a 64-bit word that 32-bit processors access atomically.
  if (port.since(Release::k1_16) && pointer_size(port.goarch) == 4 && size == 12) return 8;
  if (size % 4 == 0) return 4;
  if (size % 2 == 0) return 2;
  return 1;
}

// sizeof the record of a deferred call, which its arguments follow. Zero from release 1.18, where
// deferred calls have no arguments and the start-up check of their sizes went away.
constexpr std::uint64_t defer_header_bytes(const Port& port) {
  if (port.since(Release::k1_18)) return 0;
  const std::uint64_t pointers = port.since(Release::k1_14) ? 8 : 5;
  return 8 + pointers * pointer_size(port.goarch);
}

// Smallest record with arguments: the header rounded up to a multiple of 16.
constexpr std::uint64_t min_defer_alloc(const Port& port) {
  return (defer_header_bytes(port) + 15) / 16 * 16;
}

// Bytes of arguments for which the smallest record has room.
constexpr std::uint64_t min_defer_args(const Port& port) {
  return min_defer_alloc(port) - defer_header_bytes(port);
}

// Which pool a record with that many bytes of arguments belongs to; kNumDeferClasses and above have
// none.
constexpr std::uint64_t defer_class(const Port& port, std::uint64_t argument_bytes) {
  if (argument_bytes <= min_defer_args(port)) return 0;
  return (argument_bytes - min_defer_args(port) + 15) / 16;
}

constexpr std::uint64_t total_defer_size(const Port& port, std::uint64_t argument_bytes) {
  if (argument_bytes <= min_defer_args(port)) return min_defer_alloc(port);
  return defer_header_bytes(port) + argument_bytes;
}

}  // namespace formula
}  // namespace Atoll::port
