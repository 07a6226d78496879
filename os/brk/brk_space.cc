#include "os/brk/brk_space.h"

#include <cstring>
#include <new>

#include "os/backend/range_check.h"

namespace Atoll::os {
namespace {

void clear(Range range) {
  std::memset(range.base.pointer(), 0, static_cast<std::size_t>(range.size));
}

}  // namespace

BrkSpace::Lock::Lock(BrkSpace& space) : space_(space) {
  while (space_.locked_.exchange(true, std::memory_order_acquire)) space_.segment_.yield();
  if (space_.start_.is_null()) {
    space_.start_ = space_.segment_.end();
    space_.break_ = space_.start_;
    space_.segment_end_ = space_.start_;
  }
}

BrkSpace::Lock::~Lock() { space_.locked_.store(false, std::memory_order_release); }

bool BrkSpace::is_handed_out(Range range) const {
  if (!Range{start_, break_ - start_}.contains(range)) return false;
  for (const FreeBlock* b = free_; b != nullptr && b->range().base <= range.last(); b = b->next) {
    if (b->range().overlaps(range)) return false;
  }
  return true;
}

Allocation BrkSpace::reserve(Address hint, std::uint64_t size) {
  if (!is_well_formed({hint, size}, page_size_)) return {Address(), {Failure::kBadArgument, 0}};
  if (size > kLastPointer) return {Address(), {Failure::kNoMemory, 0}};
  const Lock lock(*this);
  const Address base = hint.is_null() ? reserve_anywhere(size) : reserve_at(hint, size);
  return {base, {base.is_null() ? Failure::kNoMemory : Failure::kNone, 0}};
}

Status BrkSpace::free(Address base, std::uint64_t size) {
  const Range range{base, size};
  if (!is_well_formed(range, page_size_)) return {Failure::kBadArgument, 0};
  const Lock lock(*this);
  if (!is_handed_out(range)) return {Failure::kNotReserved, 0};
  clear(range);
  if (range.end() == break_) {
    lower_break(range.base);
  } else {
    insert(range);
  }
  return {};
}

Status BrkSpace::check(Address base, std::uint64_t size) {
  const Range range{base, size};
  if (!is_well_formed(range, page_size_)) return {Failure::kBadArgument, 0};
  const Lock lock(*this);
  return {is_handed_out(range) ? Failure::kNone : Failure::kNotReserved, 0};
}

Address BrkSpace::start() {
  const Lock lock(*this);
  return start_;
}

Address BrkSpace::program_break() {
  const Lock lock(*this);
  if (break_ == segment_end_) catch_up();
  return break_;
}

Address BrkSpace::reserve_anywhere(std::uint64_t size) {
  for (FreeBlock** link = &free_; *link != nullptr; link = &(*link)->next) {
    FreeBlock* b = *link;
    if (b->size < size) continue;
    if (b->size > size) {
      b->size -= static_cast<std::size_t>(size);
      return b->range().end();
    }
    *link = b->next;
    std::memset(static_cast<void*>(b), 0, sizeof *b);
    return Address::of(b);
  }
  if (!make_room(size)) return Address();
  const Address base = break_;
  break_ = base + size;
  return base;
}

Address BrkSpace::reserve_at(Address hint, std::uint64_t size) {
  for (;;) {
    if (hint < break_ || (policy_ == HintPolicy::kExactBreak && hint != break_)) return Address();
    const Address before = break_;
    const Range skipped{before, hint - before};
    if (skipped.size > kLastPointer - size) return Address();
    // First looks whether others took the place: growing for a hint that must fail would be a
    // waste.
    if (segment_end_ - break_ < skipped.size + size) catch_up();
    if (break_ == before && !make_room(skipped.size + size)) return Address();
    if (break_ != before) continue;
    break_ = hint + size;
    if (!skipped.is_empty()) insert(skipped);
    return hint;
  }
}

// Makes room for `size` bytes at the break, which may move.
bool BrkSpace::make_room(std::uint64_t size) {
  while (segment_end_ - break_ < size) {
    catch_up();
    const std::uint64_t missing = size - (segment_end_ - break_);
    const Address added = segment_.grow(missing);
    if (added.is_null()) return false;
    // The new part lies elsewhere if somebody else grew the segment first.
    if (added != segment_end_) move_break(added);
    segment_end_ = added + missing;
  }
  return true;
}

// Others may have grown the segment since the last look at it.
void BrkSpace::catch_up() {
  const Address end = segment_.end();
  if (end != segment_end_) move_break(end);
}

// The room at the old break stays ours.
void BrkSpace::move_break(Address to) {
  const Range left{break_, segment_end_ - break_};
  break_ = to;
  segment_end_ = to;
  if (!left.is_empty()) insert(left);
}

// Precondition: the range is all zero, and not on the list.
void BrkSpace::insert(Range zeroed) {
  FreeBlock* before = nullptr;
  FreeBlock* after = free_;
  while (after != nullptr && after->range().base < zeroed.base) {
    before = after;
    after = after->next;
  }
  auto* b = new (zeroed.base.pointer()) FreeBlock{after, static_cast<std::size_t>(zeroed.size)};
  if (after != nullptr && zeroed.end() == after->range().base) {
    b->size += after->size;
    b->next = after->next;
    std::memset(static_cast<void*>(after), 0, sizeof *after);
  }
  if (before == nullptr) {
    free_ = b;
  } else if (before->range().end() == zeroed.base) {
    before->size += b->size;
    before->next = b->next;
    std::memset(static_cast<void*>(b), 0, sizeof *b);
  } else {
    before->next = b;
  }
}

// Lowers the break to the start of the last pages handed out, or of the free block before them.
void BrkSpace::lower_break(Address to) {
  break_ = to;
  for (FreeBlock** link = &free_; *link != nullptr; link = &(*link)->next) {
    FreeBlock* b = *link;
    if (b->range().end() != to) continue;
    // The list is sorted, so this is its last block.
    *link = nullptr;
    break_ = Address::of(b);
    std::memset(static_cast<void*>(b), 0, sizeof *b);
    return;
  }
}

}  // namespace Atoll::os
