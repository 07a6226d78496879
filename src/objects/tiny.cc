#include "src/objects/tiny.h"

#include <bit>

namespace Atoll::objects {

unsigned tiny_size(std::uint32_t block, unsigned offset) {
  // Bit i of `edges` stands for an edge at byte i + 1.
  const std::uint32_t edges = block >> 17;
  const std::uint32_t behind = edges >> offset;
  return behind == 0 ? port::kTinySize - offset
                     : static_cast<unsigned>(std::countr_zero(behind)) + 1;
}

TinyFree free_tiny(TinyBlock& block, unsigned offset) {
  const std::uint32_t start = tiny_start(offset);
  const std::uint32_t before = block.fetch_and(~start, std::memory_order_acq_rel);
  if ((before & start) == 0) return TinyFree::kNone;
  if (!is_finished(before & ~start)) return TinyFree::kFreed;
  block.store(0, std::memory_order_relaxed);
  return TinyFree::kFinished;
}

void TinyTables::init(const Platform& platform, PersistentAlloc& memory) {
  platform_ = &platform;
  constexpr std::uint64_t kBlocks = port::kPageSize / port::kTinySize;
  tables_.init(memory, platform.spec.release, kBlocks * sizeof(TinyBlock), MemoryKind::kGc);
}

TinyBlock* TinyTables::alloc() {
  const LockGuard guard(lock_, platform_->os);
  return static_cast<TinyBlock*>(tables_.alloc());
}

void TinyTables::free(TinyBlock* table) {
  const LockGuard guard(lock_, platform_->os);
  tables_.free(table);
}

}  // namespace Atoll::objects
