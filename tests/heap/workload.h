// A fixed piece of work that reaches every place where a heap calls its system.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "src/heap/heap.h"
#include "tests/heap/pattern.h"

namespace Atoll::test {

// The heap may refuse every allocation. The workload uses what it gets, and gives it back at the
// end.
class Workload {
 public:
  explicit Workload(Heap& heap) : heap_(heap) {}

  // Returns whether no call was refused.
  bool run() {
    refusals_ = 0;
    for (int round = 0; round < 2; ++round) {
      small_objects();
      large_objects();
      stacks();
      collect();
      (void)heap_.scavenge();
      check_contents();
      heap_.flush_thread();  // the second round has a new cache
    }
    free_all();
    heap_.flush_thread();
    return refusals_ == 0;
  }

  // What went wrong apart from refusals, or nothing.
  const std::string& failure() const { return failure_; }

 private:
  struct Piece {
    std::byte* bytes;
    std::size_t size;
    bool is_stack;
  };

  void small_objects() {
    for (const std::size_t size : {std::size_t{3}, std::size_t{8}, std::size_t{16},
                                   std::size_t{100}, std::size_t{2000}, std::size_t{30'000}}) {
      for (const Scan scan : {Scan::kNoscan, Scan::kScan}) {
        for (int i = 0; i < 6; ++i) keep(heap_.allocate(size, scan), size);
        void* const zeroed = heap_.allocate_zeroed(size, scan);
        if (zeroed != nullptr && first_not_zero(static_cast<std::byte*>(zeroed), size) != size) {
          failure_ = "an object is not zero";
        }
        keep(zeroed, size);
        keep(heap_.allocate_aligned(size, 256, scan), size);
      }
    }
    // These fill several spans, of which some become free again.
    const std::size_t first = pieces_.size();
    for (int i = 0; i < 300; ++i) keep(heap_.allocate(500), 500);
    while (pieces_.size() > first) give_back();
  }

  void large_objects() {
    for (const std::size_t size : {40'000U, 300'000U}) {
      keep(heap_.allocate(size), size);
      keep(heap_.allocate_zeroed(size, Scan::kScan), size);
    }
    keep(heap_.allocate_aligned(10'000, 65536), 10'000);
    for (const std::size_t size : {20U, 5000U, 50'000U, 200'000U, 100U}) reallocate_last(size);
    if (!pieces_.empty()) give_back();
    // Larger than an arena of any port.
    void* const huge = heap_.allocate((std::size_t{64} << 20) + 1);
    if (huge == nullptr) ++refusals_;
    heap_.free(huge);
  }

  void stacks() {
    const auto least = static_cast<std::size_t>(heap_.platform().spec.fixed_stack);
    for (std::size_t size = least; size <= std::size_t{1} << 17; size *= 2) {
      for (int i = 0; i < 3; ++i) {
        const StackMemory stack = heap_.stack_allocate(size);
        keep(stack.base, stack.size, /*is_stack=*/true);
      }
    }
  }

  void collect() {
    void* const finalized = heap_.allocate(100, Scan::kScan);
    int runs = 0;
    const bool is_set =
        finalized != nullptr &&
        heap_.set_finalizer(
            finalized, [](void*, void* argument) { ++*static_cast<int*>(argument); }, &runs);
    if (!is_set) ++refusals_;
    heap_.begin_mark();
    for (const Piece& piece : pieces_) {
      if (!piece.is_stack) (void)heap_.mark(piece.bytes);
    }
    keep(heap_.allocate(48), 48);
    keep(heap_.allocate(48'000), 48'000);
    heap_.end_mark();
    heap_.sweep_all();
    while (heap_.run_finalizer()) {
    }
    if (runs != (is_set ? 1 : 0)) failure_ = "a finalizer ran " + std::to_string(runs) + " times";
    if (is_set) heap_.free(finalized);
  }

  void keep(void* p, std::size_t size, bool is_stack = false) {
    if (p == nullptr) {
      ++refusals_;
      return;
    }
    pieces_.push_back({static_cast<std::byte*>(p), size, is_stack});
    fill(pieces_.back().bytes, size, pieces_.size());
  }

  void reallocate_last(std::size_t size) {
    if (pieces_.empty() || pieces_.back().is_stack) return;
    Piece& last = pieces_.back();
    void* const p = heap_.reallocate(last.bytes, size);
    if (p == nullptr) {
      ++refusals_;  // the object is unchanged
      return;
    }
    last.bytes = static_cast<std::byte*>(p);
    const std::size_t kept = std::min(last.size, size);
    if (first_change(last.bytes, kept, last.size, pieces_.size()) != kept) {
      failure_ = "reallocate lost the contents";
    }
    last.size = size;
    fill(last.bytes, size, pieces_.size());
  }

  void check_contents() {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const Piece& piece = pieces_[i];
      if (first_change(piece.bytes, piece.size, piece.size, i + 1) != piece.size) {
        failure_ = "contents were lost";
      }
    }
  }

  void give_back() {
    const Piece last = pieces_.back();
    pieces_.pop_back();
    if (last.is_stack) {
      heap_.stack_free({last.bytes, last.size});
    } else {
      heap_.free(last.bytes);
    }
  }

  void free_all() {
    check_contents();
    while (!pieces_.empty()) give_back();
  }

  Heap& heap_;
  std::vector<Piece> pieces_;
  std::uint64_t refusals_ = 0;
  std::string failure_;
};

}  // namespace Atoll::test
