// How many objects a span of a size class really holds, once metadata has taken its end.
#pragma once

#include <cstdint>

#include "src/port/size_classes.h"
#include "src/port/small_objects.h"

namespace Atoll::port {

// Mark and scan bits, and an owner byte for each half, of a span whose collector keeps them inside.
inline constexpr std::uint32_t kInlineMarkBytes = 128;

// Bytes at the end of a span. From release 1.22 a span of pointerful objects too small for a header
// has a bit per word there. From 1.26 spans of small objects from 16 bytes on, pointerful or not,
// have their mark bits there too.
constexpr std::uint32_t span_metadata_bytes(const Port& port, const SizeClass& size_class,
                                            bool noscan) {
  std::uint32_t bytes = 0;
  if (size_class.size > formula::min_size_for_malloc_header(port)) return bytes;
  if (!noscan) bytes += size_class.span_bytes() / pointer_size(port.goarch) / 8;
  if (port.since(Release::k1_26) && size_class.size >= 16) bytes += kInlineMarkBytes;
  return bytes;
}

constexpr std::uint32_t objects_per_span(const Port& port, const SizeClass& size_class,
                                         bool noscan) {
  if (size_class.size == 0) return 0;
  const std::uint32_t usable =
      size_class.span_bytes() - span_metadata_bytes(port, size_class, noscan);
  return usable / size_class.size;
}

constexpr std::uint32_t objects_per_span(const Port& port, unsigned span_class) {
  const SizeClass& size_class = size_classes(port.release).classes[size_class_of(span_class)];
  return objects_per_span(port, size_class, is_noscan(span_class));
}

}  // namespace Atoll::port
