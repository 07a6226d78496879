// Where a heap without frees puts things, computed from the port's tables alone: span after span,
// slot after slot.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "src/port/port.h"

namespace Atoll::test {

class Oracle {
 public:
  // The heap's first page is at `base`, and its arenas follow each other.
  Oracle(const port::PortSpec& spec, std::uint64_t base, bool has_tiny = true)
      : spec_(spec), next_page_(base), has_tiny_(has_tiny) {}

  // `size` is not 0.
  std::uint64_t allocate(std::uint64_t size, bool scan) {
    if (size > spec_.max_small_request)
      return pages((size + port::kPageSize - 1) / port::kPageSize);
    if (has_tiny_ && !scan && size < spec_.tiny_size) return tiny(size);
    return slot(port::span_class(port::size_class(spec_.release, size), !scan));
  }

  // `size` is a stack's.
  std::uint64_t stack(std::uint64_t size) {
    const auto order = port::cached_stack_order(spec_, size);
    if (!order) return pages(size / port::kPageSize);
    // A cache is filled up to half of what it may hold. The pool hands out a span's stacks from the
    // highest address down, and the cache turns them round.
    std::vector<std::uint64_t>& cache = cached_stacks_[*order];
    if (cache.empty()) {
      for (std::uint64_t bytes = 0; bytes < spec_.stack_cache_size / 2; bytes += size) {
        cache.push_back(pooled_stack(*order, size));
      }
    }
    const std::uint64_t address = cache.back();
    cache.pop_back();
    return address;
  }

  // Where the next span will begin.
  std::uint64_t next_page() const { return next_page_; }

  std::uint64_t pages(std::uint64_t npages) {
    const std::uint64_t base = next_page_;
    next_page_ += npages * port::kPageSize;
    return base;
  }

 private:
  struct Span {
    std::uint64_t base = 0;
    std::uint64_t used = 0;
    std::uint64_t capacity = 0;
  };

  std::uint64_t slot(unsigned span_class) {
    const port::SizeClass& size_class =
        port::size_classes(spec_.release).classes[port::size_class_of(span_class)];
    Span& span = spans_[span_class];
    if (span.used == span.capacity) {
      span = {pages(size_class.npages), 0, port::objects_per_span(spec_, span_class)};
    }
    return span.base + span.used++ * size_class.size;
  }

  std::uint64_t tiny(std::uint64_t size) {
    const std::uint64_t alignment = port::formula::tiny_alignment(spec_, size);
    const std::uint64_t offset = (tiny_offset_ + alignment - 1) / alignment * alignment;
    if (tiny_block_ != 0 && offset + size <= spec_.tiny_size) {
      tiny_offset_ = offset + size;
      return tiny_block_ + offset;
    }
    const std::uint64_t block = slot(port::span_class(spec_.tiny_size_class, /*noscan=*/true));
    if (tiny_block_ == 0 || size < tiny_offset_) {
      tiny_block_ = block;
      tiny_offset_ = size;
    }
    return block;
  }

  std::uint64_t pooled_stack(unsigned order, std::uint64_t size) {
    Span& span = stack_spans_[order];
    if (span.used == span.capacity) {
      span = {pages(spec_.stack_cache_size / port::kPageSize), 0, spec_.stack_cache_size / size};
    }
    return span.base + (span.capacity - ++span.used) * size;
  }

  port::PortSpec spec_;
  std::uint64_t next_page_;
  bool has_tiny_;
  std::array<Span, port::kMaxSizeClasses * 2> spans_{};
  std::uint64_t tiny_block_ = 0;
  std::uint64_t tiny_offset_ = 0;
  std::array<Span, 4> stack_spans_{};
  std::array<std::vector<std::uint64_t>, 4> cached_stacks_;
};

}  // namespace Atoll::test
