#include "tests/heap/counts.h"

#include <string_view>

namespace Atoll::test {
namespace {

std::string differs(std::string_view what, std::uint64_t is, std::uint64_t should_be) {
  return std::string(what) + " is " + std::to_string(is) + ", not " + std::to_string(should_be);
}

std::string compare_class(std::string_view what, std::uint64_t mallocs, std::uint64_t frees,
                          const Counts::OfClass& counts) {
  if (mallocs != counts.mallocs) {
    return differs(std::string(what) + ": mallocs", mallocs, counts.mallocs);
  }
  if (frees < counts.frees || frees > counts.frees + counts.unswept) {
    return differs(std::string(what) + ": frees", frees, counts.frees) + " (and " +
           std::to_string(counts.unswept) + " to be swept)";
  }
  return {};
}

// Tiny objects share blocks, and the model does not know how often the heap began a new block.
std::string compare_tiny_class(const Statistics::BySize& is, const Counts& counts,
                               unsigned threads) {
  const Counts::OfClass& others = counts.by_class[port::kTinySizeClass];
  const std::uint64_t least = others.live() - others.unswept + counts.tiny_blocks.size();
  const std::uint64_t most =
      others.live() + counts.tiny_blocks.size() + counts.tiny_blocks_unswept + threads;
  const std::uint64_t live = is.mallocs - is.frees;
  if (live < least || live > most) {
    return differs("class of tiny blocks: objects in use", live, least) + " to " +
           std::to_string(most);
  }
  if (is.mallocs < others.mallocs || is.mallocs > others.mallocs + counts.tiny_allocs) {
    return differs("class of tiny blocks: mallocs", is.mallocs, others.mallocs) + " and up to " +
           std::to_string(counts.tiny_allocs) + " blocks";
  }
  return {};
}

}  // namespace

void Counts::add(const Counts& other) {
  const auto add_class = [](OfClass& to, const OfClass& from) {
    to.mallocs += from.mallocs;
    to.frees += from.frees;
    to.unswept += from.unswept;
  };
  for (std::size_t i = 0; i < by_class.size(); ++i) add_class(by_class[i], other.by_class[i]);
  add_class(large, other.large);
  large_bytes += other.large_bytes;
  large_bytes_unswept += other.large_bytes_unswept;
  tiny_allocs += other.tiny_allocs;
  tiny_blocks_unswept += other.tiny_blocks_unswept;
  stack_bytes += other.stack_bytes;
  for (const auto& [block, objects] : other.tiny_blocks) tiny_blocks[block] += objects;
}

void Counts::all_swept() {
  const auto sweep = [](OfClass& of_class) {
    of_class.frees += of_class.unswept;
    of_class.unswept = 0;
  };
  for (OfClass& of_class : by_class) sweep(of_class);
  sweep(large);
  large_bytes -= large_bytes_unswept;
  large_bytes_unswept = 0;
  tiny_blocks_unswept = 0;
}

std::string compare(const Statistics& statistics, const Counts& counts, unsigned threads) {
  for (unsigned i = 0; i < statistics.size_classes; ++i) {
    const Statistics::BySize& is = statistics.by_size[i];
    std::string difference = i == port::kTinySizeClass && counts.tiny_allocs != 0
                                 ? compare_tiny_class(is, counts, threads)
                                 : compare_class("class of " + std::to_string(is.size) + " bytes",
                                                 is.mallocs, is.frees, counts.by_class[i]);
    if (!difference.empty()) return difference;
  }
  std::string difference = compare_class("large objects", statistics.large_mallocs,
                                         statistics.large_frees, counts.large);
  if (!difference.empty()) return difference;
  if (statistics.large_alloc > counts.large_bytes ||
      statistics.large_alloc < counts.large_bytes - counts.large_bytes_unswept) {
    return differs("large_alloc", statistics.large_alloc, counts.large_bytes);
  }
  if (statistics.tiny_allocs != counts.tiny_allocs) {
    return differs("tiny_allocs", statistics.tiny_allocs, counts.tiny_allocs);
  }
  if (statistics.stack_in_use < counts.stack_bytes) {
    return differs("stack_in_use", statistics.stack_in_use, counts.stack_bytes) + " or more";
  }
  return {};
}

std::string check_identities(const Statistics& s) {
  std::uint64_t mallocs = s.large_mallocs;
  std::uint64_t frees = s.large_frees;
  std::uint64_t in_use = s.large_alloc;
  std::uint64_t total = s.large_total_alloc;
  for (const Statistics::BySize& by_size : s.by_size) {
    mallocs += by_size.mallocs;
    frees += by_size.frees;
    in_use += by_size.size * (by_size.mallocs - by_size.frees);
    total += by_size.size * by_size.mallocs;
  }
  const std::uint64_t sys = s.heap_sys + s.stack_sys + s.metadata();
  if (s.sys != sys) return differs("sys", s.sys, sys);
  if (s.heap_sys != s.heap_idle + s.heap_in_use) {
    return differs("heap_sys", s.heap_sys, s.heap_idle + s.heap_in_use);
  }
  if (s.mallocs != mallocs) return differs("mallocs", s.mallocs, mallocs);
  if (s.frees != frees) return differs("frees", s.frees, frees);
  if (s.heap_objects != mallocs - frees) {
    return differs("heap_objects", s.heap_objects, mallocs - frees);
  }
  if (s.heap_alloc != in_use) return differs("heap_alloc", s.heap_alloc, in_use);
  if (s.alloc != s.heap_alloc) return differs("alloc", s.alloc, s.heap_alloc);
  if (s.total_alloc != total) return differs("total_alloc", s.total_alloc, total);
  if (s.heap_alloc > s.heap_in_use) {
    return differs("heap_alloc", s.heap_alloc, s.heap_in_use) + " or less";
  }
  std::uint64_t free = 0;
  for (const Statistics::BySize& by_size : s.by_size) free += by_size.size * by_size.free_places;
  const std::uint64_t with_free = s.heap_alloc + s.large_cached + free;
  if (with_free > s.heap_in_use) {
    return differs("heap_alloc and what is free in spans", with_free, s.heap_in_use) + " or less";
  }
  if (s.heap_released > s.heap_idle) {
    return differs("heap_released", s.heap_released, s.heap_idle) + " or less";
  }
  if (s.heap_fresh > s.heap_idle) {
    return differs("heap_fresh", s.heap_fresh, s.heap_idle) + " or less";
  }
  if (s.heap_idle != s.heap_released + s.heap_fresh + s.heap_kept) {
    return differs("heap_idle", s.heap_idle, s.heap_released + s.heap_fresh + s.heap_kept);
  }
  if (s.stack_in_use > s.stack_sys) {
    return differs("stack_in_use", s.stack_in_use, s.stack_sys) + " or less";
  }
  if (s.mspan_in_use > s.mspan_sys) {
    return differs("mspan_in_use", s.mspan_in_use, s.mspan_sys) + " or less";
  }
  if (s.mcache_in_use > s.mcache_sys) {
    return differs("mcache_in_use", s.mcache_in_use, s.mcache_sys) + " or less";
  }
  return {};
}

}  // namespace Atoll::test
