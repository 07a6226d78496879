#include "tools/probe/fixed_probe.h"

#include <cstdint>

#include "os/base/text.h"
#include "src/fixed/fixed_heap.h"
#include "tools/probe/findings.h"

namespace Atoll::probe {
namespace {

// The size of the blocks that fill the heap. Other heaps put a header in front of each.
constexpr std::size_t kBlockSize = 24;

class FixedProbe {
 public:
  FixedProbe(std::span<std::byte> buffer, Sink sink, void* context)
      : buffer_(buffer), findings_(sink, context) {}

  bool run() {
    findings_.value("pointerSize", sizeof(void*));
    if (!make()) return false;
    check_room();
    check_blocks();
    check_order();
    check_misuse();
    check_empty();
    return findings_.agrees();
  }

 private:
  bool make() {
    const char* why = nullptr;
    heap_ = FixedHeap::make(buffer_.data(), buffer_.size(), &why);
    Line line;
    if (heap_ == nullptr) {
      line << why;
    } else {
      line << "over ";
      line.size(buffer_.size()) << " at " << Address::of(buffer_.data());
      largest_ = heap_->statistics().largest_free;
    }
    findings_.check("heap", heap_ != nullptr, line.view());
    return heap_ != nullptr;
  }

  // One bit for each 8 bytes of the buffer, and the heap's own record, are all that it takes.
  void check_room() {
    const std::size_t expected = buffer_.size() - sizeof(FixedHeap) - buffer_.size() / 64;
    Line line;
    line << std::uint64_t{largest_} << " bytes are free";
    findings_.check("room", largest_ + 4 * sizeof(std::uint64_t) >= expected, line.view());
  }

  // Fills the heap with blocks, each with its own bytes.
  void check_blocks() {
    while (auto* const block = static_cast<Block*>(heap_->allocate(kBlockSize))) {
      *block = {last_, count_, ~count_};
      last_ = block;
      ++count_;
    }
    bool is_whole = true;
    std::uint32_t number = count_;
    for (const Block* block = last_; block != nullptr; block = block->previous) {
      --number;
      is_whole = is_whole && block->number == number && block->inverse == ~number;
    }
    Line line;
    line.size(buffer_.size()) << " have room for " << std::uint64_t{count_} << " blocks of "
                              << std::uint64_t{kBlockSize} << " bytes";
    const bool is_full = count_ * kBlockSize + kBlockSize > largest_;
    findings_.check("blocks", is_whole && is_full && number == 0, line.view());
    findings_.note(line.view());
  }

  void check_order() {
    const char* const wrong = heap_->check();
    findings_.check("invariants", wrong == nullptr, wrong == nullptr ? "all hold" : wrong);
  }

  void check_misuse() {
    int told = 0;
    heap_->on_misuse([](void* context, const void*) { ++*static_cast<int*>(context); }, &told);
    Block* const block = last_;
    last_ = block->previous;
    heap_->free(block);
    heap_->free(block);
    const bool is_named = heap_->misuse_of(block) == FixedMisuse::kDoubleFree;
    heap_->free(reinterpret_cast<std::byte*>(last_) + 8);
    heap_->free(&told);
    findings_.check("misuse", is_named && told == 3,
                    "a double free, a free inside of a block and one of a foreign pointer are "
                    "reported");
  }

  void check_empty() {
    while (last_ != nullptr) {
      Block* const block = last_;
      last_ = block->previous;
      heap_->free(block);
    }
    const FixedStatistics statistics = heap_->statistics();
    findings_.check("empty", statistics.heap_objects == 0 && statistics.largest_free == largest_,
                    "when all blocks are freed, all memory is one free span");
  }

  struct Block {
    Block* previous;
    std::uint32_t number;
    std::uint32_t inverse;
  };
  static_assert(sizeof(Block) <= kBlockSize);

  std::span<std::byte> buffer_;
  Findings findings_;
  FixedHeap* heap_ = nullptr;
  std::size_t largest_ = 0;
  Block* last_ = nullptr;
  std::uint32_t count_ = 0;
};

}  // namespace

bool run_fixed(std::span<std::byte> buffer, Sink sink, void* context) {
  return FixedProbe(buffer, sink, context).run();
}

}  // namespace Atoll::probe
