// Objects that share blocks.

#include "os/base/bits.h"
#include "src/objects/cache.h"

namespace Atoll::objects {
namespace {

constexpr unsigned kTinySpanClass = port::span_class(port::kTinySizeClass, /*noscan=*/true);

}  // namespace

void* Cache::allocate_tiny(Context& context, std::size_t size) {
  const auto bytes = static_cast<unsigned>(size);
  if (tiny_ != nullptr) {
    const auto alignment =
        static_cast<unsigned>(port::formula::tiny_alignment(context.platform->spec, size));
    const auto offset = static_cast<unsigned>(round_up(tiny_offset_, alignment));
    if (offset + bytes <= port::kTinySize) {
      tiny_block_->fetch_or(tiny_start(offset) | tiny_edge(offset) | tiny_edge(offset + bytes),
                            std::memory_order_relaxed);
      tiny_offset_ = offset + bytes;
      const LockGuard guard(lock_, context.os());
      ++tiny_allocated_;
      return static_cast<char*>(tiny_) + offset;
    }
  }
  void* const base = allocate(context, kTinySpanClass);
  if (base == nullptr) return nullptr;
  {
    const LockGuard guard(lock_, context.os());
    ++tiny_allocated_;
  }
  const Address address = context.platform->address(base);
  Span* const span = context.pages->map().object_span_of(address);
  TinyBlock* const blocks = context.centrals[kTinySpanClass].tiny_blocks(context, span);
  // Without a table it is an object of 16 bytes like others.
  if (blocks == nullptr) return base;
  TinyBlock& block = blocks[index_of(*span, address)];
  // The block with more room left stays open.
  const bool is_opened = tiny_ == nullptr || bytes < tiny_offset_;
  block.store(tiny_start(0) | tiny_edge(bytes) | (is_opened ? kTinyOpen : 0),
              std::memory_order_relaxed);
  if (is_opened) {
    close_tiny(context);
    tiny_ = base;
    tiny_block_ = &block;
    tiny_offset_ = bytes;
  }
  return base;
}

void Cache::close_tiny(Context& context) {
  if (tiny_ == nullptr) return;
  void* const base = tiny_;
  tiny_ = nullptr;
  const std::uint32_t before = tiny_block_->fetch_and(~kTinyOpen, std::memory_order_acq_rel);
  if (is_finished(before & ~kTinyOpen)) finish_tiny(context, *tiny_block_, base);
}

void Cache::free_tiny(Context& context, Span* span, TinyBlock& block, Address base, void* p) {
  const auto offset = static_cast<unsigned>(context.platform->address(p) - base);
  const std::uint32_t before = block.fetch_and(~tiny_start(offset), std::memory_order_acq_rel);
  if ((before & tiny_start(offset)) == 0) {
    context.report(CorruptionKind::kFreeOfTinyBlock, p, span);
    return;
  }
  if (is_finished(before & ~tiny_start(offset))) {
    finish_tiny(context, block, context.platform->pointer(base));
  }
}

// The last of the block's objects is gone: the block itself is freed.
void Cache::finish_tiny(Context& context, TinyBlock& block, void* base) {
  block.store(0, std::memory_order_relaxed);
  put_back(context, kTinySpanClass, base, /*is_own=*/true);
}

}  // namespace Atoll::objects
