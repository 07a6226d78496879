#include "src/pages/stand_ins.h"

#include <new>

#include "os/base/bits.h"

namespace Atoll::pages {
namespace {

constexpr std::uint64_t kAlignment = 64;

}  // namespace

// The size of an arena and the records after it. Nearly all of it stays untouched.
std::uint64_t StandIns::record_bytes() const {
  return round_up(sizeof(Arena) + pages_ * sizeof(PageRecord), kAlignment);
}

// They share one array of spans, which are all null.
bool StandIns::make_free() {
  constexpr std::uint64_t kCount = 4;
  const std::uint64_t size = record_bytes();
  auto* const memory = static_cast<std::byte*>(
      memory_->alloc(kCount * size + pages_ * sizeof(Span*), kAlignment, MemoryKind::kGc));
  if (memory == nullptr) return false;
  for (std::uint64_t i = 0; i < kCount; ++i) {
    auto* const arena = new (memory + i * size) Arena{};
    arena->flags = Arena::kStandsIn + i * Arena::kReady;
    arena->spans = reinterpret_cast<std::atomic<Span*>*>(memory + kCount * size);
  }
  free_ = memory;
  return true;
}

Arena* StandIns::of_free(std::uint64_t bits) const {
  return reinterpret_cast<Arena*>(free_ + bits / Arena::kReady * record_bytes());
}

bool StandIns::make_spare() {
  const std::uint64_t size = record_bytes();
  auto* const memory = static_cast<std::byte*>(
      memory_->alloc(size + pages_ * sizeof(Span*), kAlignment, MemoryKind::kGc));
  if (memory == nullptr) return false;
  spare_ = new (memory) Arena{};
  spare_->flags = Arena::kStandsIn | Arena::kReady | Arena::kDirty;
  spare_->spans = reinterpret_cast<std::atomic<Span*>*>(memory + size);
  return true;
}

Arena* StandIns::take(Span* span) {
  Arena* const arena = spare_;
  spare_ = arena->next_spare;
  for (std::uint64_t i = 0; i < pages_; ++i) {
    arena->spans[i].store(span, std::memory_order_release);
  }
  return arena;
}

void StandIns::give_back(Arena* arena) {
  arena->next_spare = spare_;
  spare_ = arena;
}

}  // namespace Atoll::pages
