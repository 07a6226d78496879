// Executes requests on a fixed heap and predicts the results, as tests/heap/model.h does for
// Atoll::Heap. It keeps every block in use in a table, and writes a pattern over all of its usable
// bytes.
//
// Some kinds of requests have another meaning here: kFind makes a mistake that a program could
// make, kSetFinalizer offers a buffer that the heap must refuse, kStackAllocate asks for what no
// heap has, kFlush adds the next buffer, kScavenge resets the heap, and kSweepAll checks
// everything.
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
#include "tests/fixed/kinds.h"
#include "tests/fixed/offers.h"
#include "tests/heap/pattern.h"
#include "tests/heap/request.h"

namespace Atoll::test {

template <typename Heap>
class FixedModel {
  using Options = typename OptionsOf<Heap>::Type;
  using Index = typename Options::Index;

 public:
  // A heap with buffers of these sizes: it begins in the first one, and gets the others later.
  // The first one must be large enough.
  FixedModel(const std::vector<std::size_t>& sizes, std::uint32_t slots)
      : sizes_(sizes), slots_(slots) {
    Watched::depth = 0;
    Watched::was_nested = false;
    buffers_.push_back(std::make_unique<Buffer>(sizes[0]));
    const char* why = nullptr;
    heap_ = Heap::make(buffers_[0]->begin(), sizes[0], &why);
    if (heap_ == nullptr) {
      failure_ = why;
      return;
    }
    note_buffer();
    heap_->on_misuse(
        [](void* context, const void* pointer) {
          static_cast<FixedModel*>(context)->note_misuse(pointer);
        },
        this);
  }
  FixedModel(const FixedModel&) = delete;
  FixedModel& operator=(const FixedModel&) = delete;
  ~FixedModel() = default;

  // Returns false if something was wrong, now or before; then failure() tells what.
  bool execute(const Request& request) {
    if (!failure_.empty()) return false;
    Watched::owner = static_cast<std::uint32_t>(mix(patterns_));
    if (!execute_now(request)) fail(std::string(describe(request).view()));
    if (!misuses_.empty()) fail("the heap tells of misuse");
    if (!Watched::is_outside()) fail("enter() and leave() do not match");
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
    std::uint32_t owner = 0;
  };
  // What the heap takes of a buffer for itself is in front of `first`.
  struct Region {
    const std::byte* begin;
    const std::byte* first;
    const std::byte* end;
  };
  static constexpr std::size_t kOwnerSize = Options::kOwners != 0 ? 4 : 0;

  bool execute_now(const Request& request) {
    Slot& slot = slots_[request.slot % slots_.size()];
    const auto size = static_cast<std::size_t>(request.size);
    switch (request.kind) {
      case RequestKind::kAllocate:
        return free(slot) && adopt_fresh(slot, heap_->allocate(size), size);
      case RequestKind::kAllocateZeroed:
        return free(slot) && adopt_zeroed(slot, heap_->allocate_zeroed(size), size);
      case RequestKind::kAllocateAligned:
        return free(slot) && adopt_aligned(slot, request);
      case RequestKind::kFree:
        return free(slot);
      case RequestKind::kReallocate:
        return reallocate(slot, size);
      case RequestKind::kStackAllocate:
        return ask_for_too_much(slot, mix(request.size + request.slot));
      case RequestKind::kFind:
        return make_mistake(slot, mix(request.size));
      case RequestKind::kSetFinalizer:
        return offer_buffer(mix(request.size + request.slot));
      case RequestKind::kFlush:
        return add_buffer();
      case RequestKind::kScavenge:
        return reset();
      case RequestKind::kSweepAll:
        return check();
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

  bool adopt_fresh(Slot& slot, void* p, std::size_t size) {
    constexpr auto kFresh = static_cast<std::byte>(Options::kFresh & 0xff);
    if (Options::kFill != 0 && p != nullptr) {
      const auto* const bytes = static_cast<std::byte*>(p);
      if (std::any_of(bytes, bytes + size, [=](std::byte byte) { return byte != kFresh; })) {
        return fail("not filled");
      }
    }
    return adopt(slot, p, size);
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
    slot.owner = Watched::owner;
    if (!check_owner(slot)) return false;
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
    Watched::owner = old.owner;
    const std::size_t kept = std::min(size, old.size);
    if (first_change(static_cast<std::byte*>(p), kept, old.size, old.pattern) != kept) {
      return fail("a block's contents were lost on the way");
    }
    return take(slot, p, size);
  }

  bool check_owner(const Slot& slot) {
    if constexpr (Options::kOwners != 0) {
      return heap_->owner_of(slot.bytes) == slot.owner || fail("another owner");
    }
    return true;
  }

  // What no heap has. Without it, everything is as before.
  bool ask_for_too_much(const Slot& slot, std::uint64_t choice) {
    const auto detail = static_cast<std::size_t>(mix(choice));
    const std::size_t alignment = std::size_t{1} << detail % (sizeof detail * 8);
    const std::size_t size = choice % 8 == 0 ? 0 : kMostSize >> choice / 8 % 4;
    const std::size_t less = size == 0 ? 0 : detail % 128;
    const std::size_t odd = alignment < 4 ? 0 : alignment + 1 + detail % (alignment - 1);
    if (heap_->allocate(size - less) != nullptr || heap_->allocate_zeroed(size - less) != nullptr ||
        heap_->allocate_aligned(alignment, size - less) != nullptr) {
      return fail("allocated what is too much");
    }
    if (heap_->allocate_aligned(odd, 16) != nullptr) return fail("an odd alignment");
    if (heap_->allocate_aligned(kMostSize / 2 + 1, 16) != nullptr) return fail("too aligned");
    if (slot.bytes == nullptr || size == 0) return true;
    if (heap_->reallocate(slot.bytes, size - less) != nullptr) return fail("grew too much");
    return check_pattern(slot, slot.size) && check_owner(slot);
  }

  // The heap must tell which mistake it is, and be as before.
  bool make_mistake(const Slot& slot, std::uint64_t choice) {
    switch (choice % 6) {
      case 0:
        return expect(FixedMisuse::kForeign, &choice);
      case 1:
        return slot.bytes == nullptr ||
               expect(FixedMisuse::kInside, slot.bytes + 1 + mix(choice) % (slot.size - 1));
      case 2:
        return slot.bytes == nullptr ||
               expect(FixedMisuse::kInside, slot.bytes + 8 * (1 + mix(choice) % (slot.size / 8)),
                      slot.bytes + slot.size);
      case 3:
        heap_->free(nullptr);
        return heap_->usable_size(nullptr) == 0 && !heap_->owns(nullptr);
      case 4:
        return pass_any(mix(choice));
      default:
        return freed_ == nullptr || is_in_use(freed_) || expect(FixedMisuse::kDoubleFree, freed_);
    }
  }

  // Any pointer into a buffer, and a little around it.
  bool pass_any(std::uint64_t choice) {
    constexpr std::size_t kAround = 24;
    const Region& region = regions_[static_cast<std::size_t>(choice) % regions_.size()];
    const auto length = static_cast<std::size_t>(region.end - region.begin) + 2 * kAround;
    const std::byte* const p =
        region.begin - kAround + static_cast<std::size_t>(mix(choice)) % length;
    if (p < region.first || p >= region.end) return expect(FixedMisuse::kForeign, p);
    const auto next = extents_.upper_bound(p);
    if (next == extents_.begin()) return expect(FixedMisuse::kDoubleFree, p);
    const auto [begin, end] = *std::prev(next);
    if (p == begin) return heap_->owns(p) && heap_->misuse_of(p) == FixedMisuse::kNone;
    // The owner lies behind the usable bytes.
    return expect(p < end + kOwnerSize ? FixedMisuse::kInside : FixedMisuse::kDoubleFree, p);
  }

  bool is_in_use(const std::byte* p) const {
    const auto next = extents_.upper_bound(p);
    return next != extents_.begin() && std::prev(next)->second > p;
  }

  // With `end`, expects nothing if `p` is not below it.
  bool expect(FixedMisuse misuse, const void* p, const void* end = nullptr) {
    if (end != nullptr && p >= end) return true;
    ++faults_;
    void* const q = const_cast<void*>(p);
    if (heap_->owns(p)) return fail("owns what is no block");
    if (heap_->misuse_of(p) != misuse) return fail("another kind of misuse");
    heap_->free(q);
    if (heap_->reallocate(q, 100) != nullptr) return fail("reallocated what is no block");
    if (heap_->reallocate(q, 0) != nullptr) return fail("reallocated what is no block");
    if (heap_->reallocate(q, kMostSize) != nullptr) return fail("reallocated what is no block");
    if (heap_->usable_size(p) != 0) return fail("knows the size of what is no block");
    if constexpr (Options::kOwners != 0) {
      if (heap_->owner_of(p) != 0) return fail("knows the owner of what is no block");
    }
    const bool is_told = misuses_ == std::vector<const void*>(5, p);
    misuses_.clear();
    return is_told || fail("misuse was not told");
  }

  void note_misuse(const void* pointer) {
    misuses_.push_back(pointer);
    if (Watched::depth > 1) fail("misuse is told inside of two calls");
  }

  bool add_buffer() {
    if (added_ == sizes_.size()) return true;
    const std::size_t size = sizes_[added_++];
    auto buffer = std::make_unique<Buffer>(size);
    const char* const why = heap_->add(buffer->begin(), size);
    if (size < kSmallestBuffer<Heap>) {
      return (why == std::string("the buffer is too small") && buffer->is_untouched()) ||
             fail("took a buffer that is too small");
    }
    if (why != nullptr) return fail(why);
    buffers_.push_back(std::move(buffer));
    note_buffer();
    return true;
  }

  // The heap has taken the last of the buffers, and has used nothing of it.
  void note_buffer() {
    Buffer& buffer = *buffers_.back();
    const FixedStatistics statistics = heap_->statistics();
    const std::size_t used = own_ + alloc_ + extents_.size() * kOwnerSize;
    const std::size_t own = statistics.sys - statistics.heap_idle - used;
    own_ += own;
    sys_ += buffer.size();
    regions_.push_back({buffer.begin(), buffer.begin() + own, buffer.end()});
  }

  bool offer_buffer(std::uint64_t choice) {
    Buffer spare(4096);
    const bool is_overlap = choice % 2 == 0;
    const Offer offer = is_overlap ? offer_overlap(choice / 2, buffers_)
                                   : offer_to_any<Heap, Index>(choice / 2, spare);
    const char* why = heap_->add(offer.begin, offer.size);
    if (why == nullptr || std::string(why) != offer.why) {
      return fail(why == nullptr ? "took a bad buffer" : why);
    }
    if (is_overlap) return true;
    if (Heap::make(offer.begin, offer.size) != nullptr) return fail("made of a bad buffer");
    return spare.is_untouched() || fail("wrote to a buffer that it refused");
  }

  bool reset() {
    const bool is_intact = std::all_of(slots_.begin(), slots_.end(), [this](const Slot& slot) {
      return slot.bytes == nullptr || check_pattern(slot, slot.size);
    });
    if (!is_intact) return false;
    heap_->reset();
    slots_.assign(slots_.size(), {});
    extents_.clear();
    alloc_ = 0;
    most_ = 0;
    expected_failures_ = 0;
    freed_ = nullptr;
    return check();
  }

  bool check_statistics() {
    const FixedStatistics statistics = heap_->statistics();
    if (statistics.heap_objects != extents_.size()) return fail("another number of blocks");
    if (statistics.alloc != alloc_) return fail("other bytes in use");
    if (statistics.peak_alloc < most_) return fail("the peak is too low");
    if (statistics.failures < expected_failures_) return fail("failures were not counted");
    if (statistics.peak_alloc > statistics.sys) return fail("the peak is too high");
    if (statistics.sys != sys_) return fail("other bytes of buffers");
    const std::size_t used = own_ + alloc_ + extents_.size() * kOwnerSize;
    if (used + statistics.heap_idle != sys_) return fail("bytes are lost");
    if (statistics.largest_free > statistics.heap_idle) return fail("larger than all");
    const std::size_t largest =
        statistics.largest_free == 0 ? 0 : statistics.largest_free + kOwnerSize;
    const std::size_t percent =
        statistics.heap_idle == 0 ? 100 : largest * 100 / statistics.heap_idle;
    return statistics.fragmentation == 100 - percent || fail("another fragmentation");
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
      return slot.bytes == nullptr || (check_pattern(slot, slot.size) && check_owner(slot));
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
  std::size_t added_ = 1;  // how many of them were offered
  std::vector<std::unique_ptr<Buffer>> buffers_;
  std::vector<Region> regions_;
  Heap* heap_ = nullptr;
  std::vector<Slot> slots_;
  std::map<const std::byte*, const std::byte*> extents_;
  std::vector<const void*> misuses_;
  std::byte* freed_ = nullptr;  // the block freed last
  std::uint64_t patterns_ = 0;
  std::size_t sys_ = 0;
  std::size_t own_ = 0;  // what the heap has taken for itself
  std::size_t alloc_ = 0;
  std::size_t most_ = 0;
  std::size_t refusals_ = 0;
  std::size_t expected_failures_ = 0;
  std::size_t faults_ = 0;
  std::size_t found_ = 0;
  std::string failure_;
};

}  // namespace Atoll::test
