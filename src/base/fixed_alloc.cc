#include "src/base/fixed_alloc.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "os/base/bits.h"

namespace Atoll {
namespace {

constexpr std::uint64_t kAlignment = 8;
constexpr std::uint64_t kCacheLine = 64;

}  // namespace

void FixedAlloc::init(PersistentAlloc& memory, port::Release release, std::uint64_t size,
                      MemoryKind kind, FirstFunction first, void* argument, Zero zero) {
  memory_ = &memory;
  first_ = first;
  argument_ = argument;
  free_ = nullptr;
  rest_ = nullptr;
  rest_bytes_ = 0;
  size_ = static_cast<std::size_t>(round_up(size, kAlignment));
  const bool whole_records = release >= port::Release::k1_18;
  const std::uint64_t chunk = std::max<std::uint64_t>(memory.geometry().fixed_chunk, size_);
  chunk_bytes_ = static_cast<std::size_t>(whole_records ? chunk / size_ * size_ : chunk);
  in_use_ = 0;
  kind_ = kind;
  zero_ = zero;
}

void* FixedAlloc::alloc() {
  void* const record = free_ != nullptr ? pop_free() : cut_new();
  if (record != nullptr) in_use_ += size_;
  return record;
}

void* FixedAlloc::alloc_new() {
  void* const record = cut_new();
  if (record != nullptr) in_use_ += size_;
  return record;
}

void FixedAlloc::free(void* record) {
  free_ = new (record) Link{free_};
  in_use_ -= size_;
}

void* FixedAlloc::pop_free() {
  void* const record = free_;
  free_ = free_->next;
  if (zero_ == Zero::kYes) std::memset(record, 0, size_);
  return record;
}

void* FixedAlloc::cut_new() {
  if (rest_bytes_ < size_) {
    const std::uint64_t alignment = is_multiple_of(size_, kCacheLine) ? kCacheLine : kAlignment;
    void* const chunk = memory_->alloc(chunk_bytes_, alignment, kind_);
    if (chunk == nullptr) return nullptr;
    rest_ = static_cast<std::byte*>(chunk);
    rest_bytes_ = chunk_bytes_;
  }
  void* const record = rest_;
  if (first_ != nullptr && !first_(argument_, record)) return nullptr;
  rest_ += size_;
  rest_bytes_ -= size_;
  return record;
}

}  // namespace Atoll
