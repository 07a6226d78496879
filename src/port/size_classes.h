// Size classes: the object sizes to which small requests are rounded up. They are computed by Go's
// rule.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "src/port/address_space.h"
#include "src/port/release.h"
#include "src/port/small_objects.h"

namespace Atoll::port {

inline constexpr unsigned kMaxSizeClasses = 68;

// Requests up to 1016 bytes are looked up in steps of 8, larger ones in steps of 128.
inline constexpr std::uint32_t kSmallSizeStep = 8;
inline constexpr std::uint32_t kLargeSizeStep = 128;
inline constexpr std::uint32_t kSmallSizeMax = 1024;

struct SizeClass {
  std::uint32_t size = 0;     // bytes of an object
  std::uint32_t npages = 0;   // pages of a span
  std::uint32_t objects = 0;  // in a span, before metadata at its end (span_layout.h)
  std::uint32_t tail = 0;     // bytes of a span behind its last object
  std::uint32_t waste = 0;    // bytes of a span lost if every request is the class's smallest

  constexpr std::uint32_t span_bytes() const {
    return npages * static_cast<std::uint32_t>(kPageSize);
  }

  // Worst-case waste as a share of the span, 0 to 1.
  constexpr double max_waste() const {
    return npages == 0 ? 0.0 : static_cast<double>(waste) / static_cast<double>(span_bytes());
  }
};

struct SizeClassTable {
  unsigned count = 0;  // classes, including the empty class 0
  std::array<SizeClass, kMaxSizeClasses> classes{};
  std::array<std::uint8_t, kSmallSizeMax / kSmallSizeStep + 1> size_to_class8{};
  std::array<std::uint8_t, (kMaxSmallSize - kSmallSizeMax) / kLargeSizeStep + 1> size_to_class128{};
};

namespace internal {

constexpr std::uint32_t kMaxClassSize = static_cast<std::uint32_t>(kMaxSmallSize);

// Distance between candidates. It changes at powers of two: an eighth of the size keeps rounding
// waste below 12.5 %, sixteen bytes is the least that vector instructions like, and 256 lets large
// classes divide their spans well. `first_16` is where steps of 16 begin.
constexpr std::uint32_t candidate_step(std::uint32_t size, std::uint32_t step,
                                       std::uint32_t first_16) {
  if (!std::has_single_bit(size)) return step;
  if (size >= 2048) return 256;
  if (size >= 128) return size / 8;
  return size >= first_16 ? 16 : step;
}

// The smallest span that leaves at most an eighth of itself behind its last object.
constexpr std::uint32_t span_bytes_for(std::uint32_t size) {
  constexpr auto kPage = static_cast<std::uint32_t>(kPageSize);
  std::uint32_t span = kPage;
  while (span % size > span / 8) span += kPage;
  return span;
}

// The first class that holds the i-th multiple of `step` above `base`, for each i.
template <std::size_t kCount>
constexpr std::array<std::uint8_t, kCount> first_classes(const SizeClassTable& table,
                                                         std::uint32_t base, std::uint32_t step) {
  std::array<std::uint8_t, kCount> result{};
  std::uint8_t size_class = 0;
  std::uint32_t size = base;
  for (std::uint8_t& entry : result) {
    while (table.classes[size_class].size < size) ++size_class;
    entry = size_class;
    size += step;
  }
  return result;
}

constexpr SizeClassTable make_size_classes(std::uint32_t first_16) {
  constexpr auto kPage = static_cast<std::uint32_t>(kPageSize);
  SizeClassTable table;
  table.count = 1;
  std::uint32_t step = 8;
  for (std::uint32_t size = 8; size <= kMaxClassSize; size += step) {
    step = candidate_step(size, step, first_16);
    const std::uint32_t span = span_bytes_for(size);
    SizeClass& last = table.classes[table.count - 1];
    // A candidate that shares span size and object count with the class before replaces it: the
    // smaller one would save nothing.
    if (table.count > 1 && last.npages == span / kPage && last.objects == span / size) {
      last.size = size;
    } else {
      table.classes[table.count++] = {.size = size, .npages = span / kPage, .objects = span / size};
    }
  }

  std::uint32_t previous_size = 0;
  for (SizeClass& size_class : table.classes) {
    if (size_class.npages == 0) continue;  // class 0, and the unused end of a shorter table
    // Objects grow into the tail, in steps of 128, as far as it reaches.
    const std::uint32_t share = size_class.span_bytes() / size_class.objects;
    const std::uint32_t rounded = share / 128 * 128;
    if (rounded > size_class.size) size_class.size = rounded;
    size_class.tail = size_class.span_bytes() - size_class.size * size_class.objects;
    size_class.waste = (size_class.size - previous_size - 1) * size_class.objects + size_class.tail;
    previous_size = size_class.size;
  }

  table.size_to_class8 =
      first_classes<std::tuple_size_v<decltype(table.size_to_class8)>>(table, 0, kSmallSizeStep);
  table.size_to_class128 = first_classes<std::tuple_size_v<decltype(table.size_to_class128)>>(
      table, kSmallSizeMax, kLargeSizeStep);
  return table;
}

// Steps of 16 from 16 bytes on, up to release 1.15; from 32 bytes on, which makes a class of 24
// bytes, from 1.16.
inline constexpr SizeClassTable kSizeClasses67 = make_size_classes(16);
inline constexpr SizeClassTable kSizeClasses68 = make_size_classes(32);

static_assert(kSizeClasses67.count == 67);
static_assert(kSizeClasses68.count == 68);

}  // namespace internal

constexpr const SizeClassTable& size_classes(Release release) {
  return formula::num_size_classes(release) == internal::kSizeClasses68.count
             ? internal::kSizeClasses68
             : internal::kSizeClasses67;
}

// The class of a request of up to 32768 bytes. A request of 0 gets class 0, as in the tables; the
// allocator never looks it up.
constexpr unsigned size_class(const SizeClassTable& table, std::uint64_t bytes) {
  const auto size = static_cast<std::uint32_t>(bytes);
  if (size <= kSmallSizeMax - kSmallSizeStep) {
    return table.size_to_class8[(size + kSmallSizeStep - 1) / kSmallSizeStep];
  }
  return table.size_to_class128[(size - kSmallSizeMax + kLargeSizeStep - 1) / kLargeSizeStep];
}

constexpr unsigned size_class(Release release, std::uint64_t bytes) {
  return size_class(size_classes(release), bytes);
}

// A span class is a size class and whether its objects are free of pointers (noscan).
constexpr unsigned span_class(unsigned size_class, bool noscan) {
  return size_class * 2 + (noscan ? 1 : 0);
}
constexpr unsigned size_class_of(unsigned span_class) { return span_class / 2; }
constexpr bool is_noscan(unsigned span_class) { return span_class % 2 != 0; }
constexpr unsigned num_span_classes(Release release) {
  return formula::num_size_classes(release) * 2;
}

}  // namespace Atoll::port
