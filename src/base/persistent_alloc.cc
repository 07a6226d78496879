#include "src/base/persistent_alloc.h"

#include <new>

namespace Atoll {

void PersistentAlloc::init(const Platform& platform, MemoryCounters& counters,
                           const Geometry& geometry) {
  platform_ = &platform;
  counters_ = &counters;
  geometry_ = &geometry;
}

void* PersistentAlloc::alloc(std::uint64_t size, std::uint64_t alignment, MemoryKind kind) {
  const LockGuard guard(mutex_, platform_->os);
  if (size >= geometry_->direct_record) return alloc_direct(size, kind);
  if (!has_room(size, alignment) && !add_chunk()) return nullptr;
  return cut(size, alignment, kind);
}

// Makes room for the note before it asks the system: an allocation without a note would have to be
// given back, and the system may refuse even that.
void* PersistentAlloc::alloc_direct(std::uint64_t size, MemoryKind kind) {
  const std::uint64_t pages = platform_->whole_pages(size);
  if (pages < size) return nullptr;
  const bool is_first = first_count_ < first_directs_.size();
  if (!is_first && !has_room(sizeof(Direct), alignof(Direct)) && !add_chunk()) return nullptr;
  const os::Allocation allocation = platform_->os.alloc(pages);
  if (!allocation.ok()) return nullptr;
  void* const note = is_first ? &first_directs_[first_count_++]
                              : cut(sizeof(Direct), alignof(Direct), MemoryKind::kOther);
  directs_ = new (note) Direct{allocation.base, pages, directs_};
  count(kind, pages);
  return platform_->pointer(allocation.base);
}

bool PersistentAlloc::has_room(std::uint64_t size, std::uint64_t alignment) const {
  const std::uint64_t gap = rest_.base.aligned_up(alignment) - rest_.base;
  return gap + size <= rest_.size;
}

void* PersistentAlloc::cut(std::uint64_t size, std::uint64_t alignment, MemoryKind kind) {
  const Address record = rest_.base.aligned_up(alignment);
  rest_ = {record + size, rest_.end() - (record + size)};
  stock_ -= size;
  uncount(MemoryKind::kOther, size);
  count(kind, size);
  return platform_->pointer(record);
}

// A chunk has room for any record that is not direct, wherever it is aligned.
bool PersistentAlloc::add_chunk() {
  const std::uint64_t size = chunk_bytes();
  const os::Allocation allocation = platform_->os.alloc(size);
  if (!allocation.ok()) return false;
  chunks_ = new (platform_->pointer(allocation.base)) Chunk{chunks_};
  rest_ = {allocation.base + sizeof(Chunk), size - sizeof(Chunk)};
  stock_ += size;
  count(MemoryKind::kOther, size);
  return true;
}

[[gnu::cold]] void PersistentAlloc::release_all() {
  if (platform_ == nullptr) return;
  const LockGuard guard(mutex_, platform_->os);
  // Notes may lie in chunks, and each link lies in what it belongs to.
  for (const Direct* direct = directs_; direct != nullptr; direct = direct->previous) {
    (void)platform_->os.free(direct->base, direct->size);
  }
  directs_ = nullptr;
  first_count_ = 0;
  while (chunks_ != nullptr) {
    Chunk* const chunk = chunks_;
    chunks_ = chunk->previous;
    (void)platform_->os.free(platform_->address(chunk), chunk_bytes());
  }
  rest_ = {};
  stock_ = 0;
  for (std::size_t kind = 0; kind < kMemoryKinds; ++kind) {
    uncount(static_cast<MemoryKind>(kind), counted_[kind]);
  }
}

std::uint64_t PersistentAlloc::stock() const {
  const LockGuard guard(mutex_, platform_->os);
  return stock_;
}

void PersistentAlloc::count(MemoryKind kind, std::uint64_t bytes) {
  counted_[static_cast<std::size_t>(kind)] += bytes;
  counters_->add(kind, bytes);
}

void PersistentAlloc::uncount(MemoryKind kind, std::uint64_t bytes) {
  counted_[static_cast<std::size_t>(kind)] -= bytes;
  counters_->remove(kind, bytes);
}

}  // namespace Atoll
