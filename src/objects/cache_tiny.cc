// Where a cache gets blocks of tiny objects from, and where they go.

#include "src/objects/cache.h"

namespace Atoll::objects {
namespace {

constexpr unsigned kTinySpanClass = port::span_class(port::kTinySizeClass, /*noscan=*/true);

}  // namespace

void* Cache::allocate_tiny(ObjectHeap& heap, std::size_t size) {
  const auto alignment =
      static_cast<unsigned>(port::formula::tiny_alignment(heap.platform->spec, size));
  void* object = tiny_.put(static_cast<unsigned>(size), alignment);
  if (object == nullptr) object = allocate_block(heap, size);
  if (object == nullptr) return nullptr;
  const LockGuard guard(*lock_, heap.os());
  ++tiny_allocated_;
  return object;
}

// Allocates a block with an object of `size` bytes at its beginning.
void* Cache::allocate_block(ObjectHeap& heap, std::size_t size) {
  void* const base = allocate(heap, kTinySpanClass);
  if (base == nullptr) return nullptr;
  const Address address = heap.platform->address(base);
  Span* const span = heap.pages->map().object_span_of(address);
  TinyBlock* const blocks = heap.centrals[kTinySpanClass].tiny_blocks(heap, span);
  // Without a table the block is an ordinary object of 16 bytes.
  if (blocks == nullptr) return base;
  void* const finished =
      tiny_.begin_block(base, blocks[index_of(*span, address)], static_cast<unsigned>(size));
  if (finished != nullptr) free_block(heap, finished);
  return base;
}

void Cache::close_tiny(ObjectHeap& heap) {
  void* const finished = tiny_.close();
  if (finished != nullptr) free_block(heap, finished);
}

void Cache::free_tiny(ObjectHeap& heap, Span* span, TinyBlock& block, Address base, void* p) {
  const auto offset = static_cast<unsigned>(heap.platform->address(p) - base);
  switch (objects::free_tiny(block, offset)) {
    case TinyFree::kNone:
      heap.report(CorruptionKind::kFreeOfTinyBlock, p, span);
      return;
    case TinyFree::kFreed:
      return;
    case TinyFree::kFinished:
      free_block(heap, heap.platform->pointer(base));
  }
}

void Cache::free_block(ObjectHeap& heap, void* base) {
  put_back(heap, kTinySpanClass, base, /*is_own=*/true);
}

}  // namespace Atoll::objects
