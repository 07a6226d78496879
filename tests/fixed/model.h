// Executes requests on a fixed heap and predicts the results, as tests/heap/model.h does for
// Atoll::Heap. It keeps every block in use in a table, and writes a pattern over all of its usable
// bytes.
//
// Two kinds of requests have another meaning here: kFind makes a mistake that a program could make
// near the slot's block, and kFlush adds the next buffer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "src/fixed/fixed_heap.h"
#include "tests/fixed/buffer.h"
#include "tests/heap/pattern.h"
#include "tests/heap/request.h"

namespace Atoll::test {

template <typename Heap>
class FixedModel {
 public:
  // A heap with buffers of these sizes: it begins in the first one, and gets the others later.
  FixedModel(const std::vector<std::size_t>& sizes, std::uint32_t slots)
      : sizes_(sizes), slots_(slots) {
    buffers_.push_back(std::make_unique<Buffer>(sizes[0]));
    const char* why = nullptr;
    heap_ = Heap::make(buffers_[0]->begin(), buffers_[0]->size(), &why);
    if (heap_ == nullptr) {
      failure_ = why;
      return;
    }
    heap_->on_misuse(
        [](void* context, const void* pointer) {
          static_cast<FixedModel*>(context)->misuses_.push_back(pointer);
        },
        this);
  }
  FixedModel(const FixedModel&) = delete;
  FixedModel& operator=(const FixedModel&) = delete;
  ~FixedModel() = default;

  // Returns false if something was wrong, now or before; then failure() tells what.
  bool execute(const Request& request) {
    if (!failure_.empty()) return false;
    if (!execute_now(request)) fail(std::string(describe(request).view()));
    if (!misuses_.empty()) fail("the heap tells of misuse");
    return failure_.empty();
  }

  // Checks the heap's statistics, its blocks and all contents, and calls its own check.
  bool check() {
    if (!failure_.empty()) return false;
    if (const char* const wrong = heap_->check()) return fail(wrong);
    return check_statistics() && check_blocks() && check_contents() && check_largest();
  }

  bool free_all() {
    return std::all_of(slots_.begin(), slots_.end(), [this](Slot& slot) { return free(slot); });
  }

  Heap& heap() { return *heap_; }
  const std::string& failure() const { return failure_; }
  std::size_t refusals() const { return refusals_; }
  std::size_t faults() const { return faults_; }

 private:
  struct Slot {
    std::byte* bytes = nullptr;
    std::size_t size = 0;  // usable, and filled
    std::uint64_t pattern = 0;
  };

  bool execute_now(const Request& request) {
    Slot& slot = slots_[request.slot % slots_.size()];
    const auto size = static_cast<std::size_t>(request.size);
    switch (request.kind) {
      case RequestKind::kAllocate:
        return free(slot) && adopt(slot, heap_->allocate(size), size);
      case RequestKind::kAllocateZeroed:
        return free(slot) && adopt_zeroed(slot, heap_->allocate_zeroed(size), size);
      case RequestKind::kAllocateAligned:
        return free(slot) && adopt_aligned(slot, request);
      case RequestKind::kFree:
        return free(slot);
      case RequestKind::kReallocate:
        return reallocate(slot, size);
      case RequestKind::kFind:
        return make_mistake(slot, request.size);
      case RequestKind::kFlush:
        return add_buffer();
      default:
        return true;
    }
  }

  bool adopt(Slot& slot, void* p, std::size_t size) {
    if (p == nullptr) return refuse(size, size);
    return take(slot, p, size);
  }

  // The heap returned null: then the size must be 0, or no span of `needed` bytes be free.
  bool refuse(std::size_t size, std::size_t needed) {
    if (size == 0) return true;
    ++refusals_;
    ++expected_failures_;
    return heap_->statistics().largest_free < needed || fail("refused what is there");
  }

  bool adopt_zeroed(Slot& slot, void* p, std::size_t size) {
    if (p != nullptr && first_not_zero(static_cast<std::byte*>(p), size) != size) {
      return fail("not zeroed");
    }
    return adopt(slot, p, size);
  }

  bool adopt_aligned(Slot& slot, const Request& request) {
    const auto size = static_cast<std::size_t>(request.size);
    const auto alignment = static_cast<std::size_t>(request.alignment());
    void* const p = heap_->allocate_aligned(alignment, size);
    if (p == nullptr) {
      // No block is shorter than 16 bytes. With owners it is four bytes longer.
      const std::size_t rounded = (std::max(size, std::size_t{16}) + 7) / 8 * 8;
      return refuse(size, rounded + std::max(alignment, std::size_t{8}) - 8);
    }
    if (reinterpret_cast<std::uintptr_t>(p) % alignment != 0) return fail("misaligned");
    return take(slot, p, size);
  }

  bool take(Slot& slot, void* p, std::size_t size) {
    if (size == 0) return fail("a block of no size");
    slot.bytes = static_cast<std::byte*>(p);
    slot.size = heap_->usable_size(p);
    if (slot.size < size || slot.size > size + 24) return fail("a block of another size");
    if (!heap_->owns(p)) return fail("a block that it does not own");
    const bool is_inside = std::any_of(buffers_.begin(), buffers_.end(), [&](auto& buffer) {
      return buffer->holds(slot.bytes) && buffer->holds(slot.bytes + slot.size - 1);
    });
    if (!is_inside) return fail("a block outside of all buffers");
    const auto next = extents_.lower_bound(slot.bytes);
    if (next != extents_.end() && next->first < slot.bytes + slot.size) return fail("overlap");
    if (next != extents_.begin() && std::prev(next)->second > slot.bytes) return fail("overlap");
    extents_[slot.bytes] = slot.bytes + slot.size;
    alloc_ += slot.size;
    most_ = std::max(most_, alloc_);
    slot.pattern = mix(++patterns_);
    fill(slot.bytes, slot.size, slot.pattern);
    return true;
  }

  bool check_pattern(const Slot& slot, std::size_t size) {
    if (first_change(slot.bytes, size, slot.size, slot.pattern) == size) return true;
    return fail("a block's contents changed");
  }

  void drop(const Slot& slot) {
    extents_.erase(slot.bytes);
    alloc_ -= slot.size;
    freed_ = slot.bytes;
  }

  bool free(Slot& slot) {
    if (slot.bytes == nullptr) return true;
    if (!check_pattern(slot, slot.size)) return false;
    heap_->free(slot.bytes);
    drop(slot);
    slot = {};
    return true;
  }

  bool reallocate(Slot& slot, std::size_t size) {
    if (slot.bytes == nullptr) return adopt(slot, heap_->reallocate(nullptr, size), size);
    if (!check_pattern(slot, slot.size)) return false;
    const Slot old = slot;
    void* const p = heap_->reallocate(slot.bytes, size);
    if (p == nullptr && size != 0) {
      if (size <= old.size) return fail("refused to shrink");
      return refuse(size, size) && check_pattern(slot, slot.size);
    }
    drop(old);
    slot = {};
    if (p == nullptr) return true;
    const std::size_t kept = std::min(size, old.size);
    if (first_change(static_cast<std::byte*>(p), kept, old.size, old.pattern) != kept) {
      return fail("a block's contents were lost on the way");
    }
    return take(slot, p, size);
  }

  // The heap must tell which mistake it is, and be as before.
  bool make_mistake(const Slot& slot, std::uint64_t choice) {
    switch (choice % 4) {
      case 0:
        return expect(FixedMisuse::kForeign, &choice);
      case 1:
        return slot.bytes == nullptr ||
               expect(FixedMisuse::kInside, slot.bytes + 1 + mix(choice) % (slot.size - 1));
      case 2:
        return slot.bytes == nullptr ||
               expect(FixedMisuse::kInside, slot.bytes + 8 * (1 + mix(choice) % (slot.size / 8)),
                      slot.bytes + slot.size);
      default:
        return freed_ == nullptr || is_in_use(freed_) || expect(FixedMisuse::kDoubleFree, freed_);
    }
  }

  bool is_in_use(const std::byte* p) const {
    const auto next = extents_.upper_bound(p);
    return next != extents_.begin() && std::prev(next)->second > p;
  }

  // With `end`, expects nothing if `p` is not below it.
  bool expect(FixedMisuse misuse, void* p, const void* end = nullptr) {
    if (end != nullptr && p >= end) return true;
    ++faults_;
    if (heap_->owns(p)) return fail("owns what is no block");
    if (heap_->misuse_of(p) != misuse) return fail("another kind of misuse");
    heap_->free(p);
    if (heap_->reallocate(p, 100) != nullptr) return fail("reallocated what is no block");
    if (heap_->usable_size(p) != 0) return fail("knows the size of what is no block");
    const bool is_told = misuses_ == std::vector<const void*>(3, p);
    misuses_.clear();
    return is_told || fail("misuse was not told");
  }

  bool add_buffer() {
    if (buffers_.size() == sizes_.size()) return true;
    buffers_.push_back(std::make_unique<Buffer>(sizes_[buffers_.size()]));
    const char* const why = heap_->add(buffers_.back()->begin(), buffers_.back()->size());
    return why == nullptr || fail(why);
  }

  bool check_statistics() {
    const FixedStatistics statistics = heap_->statistics();
    if (statistics.heap_objects != extents_.size()) return fail("another number of blocks");
    if (statistics.alloc != alloc_) return fail("other bytes in use");
    if (statistics.peak_alloc < most_) return fail("the peak is too low");
    if (statistics.failures < expected_failures_) return fail("failures were not counted");
    if (statistics.sys < statistics.alloc + statistics.heap_idle) return fail("more than there is");
    if (statistics.largest_free > statistics.heap_idle) return fail("larger than all");
    return statistics.fragmentation <= 100 || fail("more than all of it is fragmented");
  }

  bool check_blocks() {
    found_ = 0;
    heap_->for_each_block(
        [](void* context, void* block, std::size_t size) {
          auto& model = *static_cast<FixedModel*>(context);
          auto* const bytes = static_cast<std::byte*>(block);
          const auto extent = model.extents_.find(bytes);
          if (extent == model.extents_.end() || extent->second != bytes + size) {
            model.fail("visits what is no block");
          }
          ++model.found_;
        },
        this);
    return found_ == extents_.size() || fail("does not visit all blocks");
  }

  bool check_contents() {
    for (const auto& buffer : buffers_) {
      if (!buffer->is_brim_untouched()) return fail("wrote outside of a buffer");
    }
    return std::all_of(slots_.begin(), slots_.end(), [this](const Slot& slot) {
      return slot.bytes == nullptr || check_pattern(slot, slot.size);
    });
  }

  // The heap can allocate the size that it says is the largest, and no larger one.
  bool check_largest() {
    const std::size_t largest = heap_->statistics().largest_free;
    if (heap_->allocate(largest + 1) != nullptr) return fail("has more than it says");
    ++expected_failures_;
    if (largest == 0) return true;
    void* const p = heap_->allocate(largest);
    if (p == nullptr) return fail("has less than it says");
    most_ = std::max(most_, alloc_ + heap_->usable_size(p));
    heap_->free(p);
    return true;
  }

  bool fail(const std::string& what) {
    failure_ = failure_.empty() ? what : failure_ + ", in: " + what;
    return false;
  }

  std::vector<std::size_t> sizes_;
  std::vector<std::unique_ptr<Buffer>> buffers_;
  Heap* heap_ = nullptr;
  std::vector<Slot> slots_;
  std::map<const std::byte*, const std::byte*> extents_;
  std::vector<const void*> misuses_;
  std::byte* freed_ = nullptr;  // the block freed last
  std::uint64_t patterns_ = 0;
  std::size_t alloc_ = 0;
  std::size_t most_ = 0;
  std::size_t refusals_ = 0;
  std::size_t expected_failures_ = 0;
  std::size_t faults_ = 0;
  std::size_t found_ = 0;
  std::string failure_;
};

}  // namespace Atoll::test
