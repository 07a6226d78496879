#include "src/objects/tiny_allocator.h"

#include "os/base/bits.h"

namespace Atoll::objects {

void* TinyAllocator::put(unsigned bytes, unsigned alignment) {
  if (base_ == nullptr) return nullptr;
  const auto offset = static_cast<unsigned>(round_up(used_, alignment));
  if (offset + bytes > port::kTinySize) return nullptr;
  word_->fetch_or(tiny_start(offset) | tiny_edge(offset) | tiny_edge(offset + bytes),
                  std::memory_order_relaxed);
  used_ = offset + bytes;
  return static_cast<char*>(base_) + offset;
}

void* TinyAllocator::begin_block(void* base, TinyBlock& word, unsigned bytes) {
  const bool stays_open = base_ == nullptr || bytes < used_;
  word.store(tiny_start(0) | tiny_edge(bytes) | (stays_open ? kTinyOpen : 0),
             std::memory_order_relaxed);
  if (!stays_open) return nullptr;
  void* const finished = close();
  base_ = base;
  word_ = &word;
  used_ = bytes;
  return finished;
}

void* TinyAllocator::close_block() {
  void* const base = base_;
  base_ = nullptr;
  const std::uint32_t before = word_->fetch_and(~kTinyOpen, std::memory_order_acq_rel);
  if (!is_finished(before & ~kTinyOpen)) return nullptr;
  word_->store(0, std::memory_order_relaxed);
  return base;
}

}  // namespace Atoll::objects
