#include "src/heap/init_checks.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "os/base/bits.h"
#include "src/pages/physical_page.h"

namespace Atoll {
namespace {

std::optional<Line> problem(std::string_view text) {
  Line line;
  line << text;
  return line;
}

// The class size for a request of `bytes`; 0 if the table is so wrong that it has none.
std::uint64_t rounded_size(const port::SizeClassTable& table, std::uint64_t bytes) {
  const unsigned size_class = port::size_class(table, bytes);
  return size_class < table.count ? table.classes[size_class].size : 0;
}

}  // namespace

[[gnu::cold]] std::optional<Line> check_stack_cache_size(const port::PortSpec& spec) {
  if (spec.stack_cache_size % spec.page_size == 0) return std::nullopt;
  return problem("cache size must be a multiple of page size");
}

[[gnu::cold]] std::optional<Line> check_tiny_class(const port::PortSpec& spec,
                                                   const port::SizeClassTable& table) {
  const unsigned tiny = spec.tiny_size_class;
  if (tiny < table.count && table.classes[tiny].size == spec.tiny_size) return std::nullopt;
  return problem("bad TinySizeClass");
}

[[gnu::cold]] std::optional<Line> check_defer_sizes(const port::PortSpec& spec,
                                                    const port::SizeClassTable& table) {
  if (spec.since(port::Release::k1_18)) return std::nullopt;
  std::array<std::uint64_t, port::kNumDeferClasses> sizes{};
  for (std::uint64_t arguments = 0;; ++arguments) {
    const std::uint64_t defer_class = port::formula::defer_class(spec, arguments);
    if (defer_class >= sizes.size()) return std::nullopt;
    const std::uint64_t size =
        rounded_size(table, port::formula::total_defer_size(spec, arguments));
    std::uint64_t& expected = sizes[static_cast<std::size_t>(defer_class)];
    if (expected == 0) expected = size;
    if (size == expected && size != 0) continue;
    Line line;
    line << "bad defer size class: i=" << arguments << " siz=" << size
         << " defersc=" << defer_class;
    return line;
  }
}

[[gnu::cold]] std::optional<Line> check_heap_bitmap(const port::PortSpec& spec) {
  if (spec.since(port::Release::k1_20)) {
    if (is_power_of_two(spec.heap_arena_bitmap_words)) return std::nullopt;
    return problem("heapArenaBitmapWords not a power of 2");
  }
  if (is_power_of_two(spec.heap_arena_bitmap_bytes)) return std::nullopt;
  return problem("heapArenaBitmapBytes not a power of 2");
}

[[gnu::cold]] std::optional<Line> check_by_size(const port::PortSpec& spec,
                                                const port::SizeClassTable& table) {
  if (spec.since(port::Release::k1_19)) return std::nullopt;
  Line line;
  if (table.count != spec.num_size_classes) {
    line << "bad size class table: " << table.count << " classes, not " << spec.num_size_classes;
    return line;
  }
  std::uint64_t last = 0;
  for (unsigned i = 0; i < table.classes.size(); ++i) {
    const std::uint64_t size = table.classes[i].size;
    const bool is_used = i != 0 && i < table.count;
    if (is_used ? size > last : size == 0) {
      if (is_used) last = size;
      continue;
    }
    line << "bad size class table: class " << i << " has " << size << " bytes";
    return line;
  }
  if (last == spec.max_small_size) return std::nullopt;
  line << "bad size class table: last class has " << last << " bytes, not " << spec.max_small_size;
  return line;
}

[[gnu::cold]] std::optional<Line> check_initialisation(const port::PortSpec& spec,
                                                       const port::SizeClassTable& table,
                                                       os::Os& os, const os::Machine& machine) {
  if (auto line = check_stack_cache_size(spec)) return line;
  if (auto line = check_tiny_class(spec, table)) return line;
  if (auto line = check_defer_sizes(spec, table)) return line;
  if (auto line = check_heap_bitmap(spec)) return line;
  if (auto line = check_by_size(spec, table)) return line;
  if (auto line = pages::check_physical_page(spec, machine)) return line;
  return pages::check_huge_page(spec, os);
}

}  // namespace Atoll
