#include "tests/heap/model.h"

#include <algorithm>
#include <bit>

#include "os/base/bits.h"
#include "tests/heap/pattern.h"

namespace Atoll::test {
namespace {

std::string hex(const void* p) {
  Line line;
  line << Address::of(p);
  return std::string(line.view());
}

}  // namespace

Model::Model(Heap& heap, const HeapOptions& heap_options, const ModelOptions& options)
    : heap_(heap),
      heap_options_(heap_options),
      options_(options),
      slots_(options.slots),
      stacks_(options.stack_slots) {
  for (Slot& slot : slots_) slot.model = this;
}

bool Model::execute(const Request& request) {
  ++requests_;
  if (!failure_.empty()) return false;
  if (execute_now(request) && check_corruptions()) return true;
  failure_ += " (request " + std::to_string(requests_) + ": ";
  failure_ += describe(request).view();
  failure_ += ")";
  return false;
}

bool Model::execute_now(const Request& request) {
  Slot& slot = slots_[request.slot % slots_.size()];
  Stack& stack = stacks_[request.slot % stacks_.size()];
  switch (request.kind) {
    case RequestKind::kAllocate:
    case RequestKind::kAllocateZeroed:
      return free(slot) && allocate(slot, request);
    case RequestKind::kAllocateAligned: {
      Request not_empty = request;
      not_empty.size = std::max<std::uint64_t>(request.size, 1);
      return free(slot) && allocate(slot, not_empty);
    }
    case RequestKind::kFree:
      return free(slot);
    case RequestKind::kReallocate:
      return reallocate(slot, request);
    case RequestKind::kStackAllocate:
      return stack_free(stack) && stack_allocate(stack, request.size);
    case RequestKind::kStackFree:
      return stack_free(stack);
    case RequestKind::kFind:
      return find(request);
    case RequestKind::kSetFinalizer:
      return set_finalizer(slot);
    case RequestKind::kBeginMark:
      return begin_mark();
    case RequestKind::kMarkRoots:
      return mark_roots(request.size);
    case RequestKind::kEndMark:
      return end_mark();
    case RequestKind::kSweep:
      return sweep(std::min<std::uint64_t>(request.size, 255));
    case RequestKind::kSweepAll:
      return sweep_all();
    case RequestKind::kRunFinalizers:
      return run_finalizers();
    case RequestKind::kScavenge:
      (void)(request.slot % 2 == 0 ? heap_.scavenge(request.size) : heap_.trim());
      return true;
    case RequestKind::kFlush:
      heap_.flush_thread();
      return true;
  }
  return fail("an unknown request");
}

bool Model::allocate(Slot& slot, const Request& request) {
  if (live_bytes_ + request.size > options_.most_live_bytes) return true;
  const Scan scan = request.scan ? Scan::kScan : Scan::kNoscan;
  const auto size = static_cast<std::size_t>(request.size);
  void* p = nullptr;
  if (request.kind == RequestKind::kAllocateZeroed) {
    p = heap_.allocate_zeroed(size, scan);
  } else if (request.kind == RequestKind::kAllocateAligned) {
    p = heap_.allocate_aligned(size, static_cast<std::size_t>(request.alignment()), scan);
  } else if (request.kind == RequestKind::kReallocate) {
    p = heap_.reallocate(slot.bytes, size, scan);
  } else {
    p = heap_.allocate(size, scan);
  }
  slot.bytes = nullptr;  // it was empty, or the empty object
  return p == nullptr ? out_of_memory() : adopt(slot, p, request);
}

bool Model::is_tiny(const Request& request) const {
  return heap_options_.objects.tiny && !request.scan && request.size < port::kTinySize &&
         request.kind != RequestKind::kAllocateAligned;
}

// An aligned object is like one of the first class that is a multiple of the alignment.
bool Model::is_large(const Request& request) const {
  const std::uint64_t most = heap_options_.spec.max_small_request;
  if (request.kind != RequestKind::kAllocateAligned) return request.size > most;
  if (request.alignment() > port::kPageSize || request.size > most) return true;
  const port::SizeClassTable& table = port::size_classes(heap_options_.spec.release);
  unsigned i = port::size_class(table, request.size);
  while (!is_multiple_of(table.classes[i].size, request.alignment())) ++i;
  return table.classes[i].size > most;
}

// Records a new object, checks it and fills it with its pattern.
bool Model::adopt(Slot& slot, void* p, const Request& request) {
  if (request.size == 0) return adopt_empty(slot, p);
  static_cast<Item&>(slot) = {.bytes = static_cast<std::byte*>(p),
                              .size = static_cast<std::size_t>(request.size),
                              .extent = heap_.usable_size(p),
                              .pattern = mix(++patterns_),
                              .scan = request.scan,
                              .is_tiny = is_tiny(request),
                              .is_large = is_large(request)};
  slot.finalizer = Finalizer::kNone;
  slot.is_marked = false;
  if (!check_new(slot, request)) return false;
  if (request.kind == RequestKind::kAllocateZeroed) {
    // In an object with pointers, the collector also looks at the bytes behind the request.
    const std::size_t promised = slot.scan ? slot.extent : slot.size;
    const std::size_t dirty = first_not_zero(slot.bytes, promised);
    if (dirty != promised) {
      return fail("zeroed object " + hex(p) + " is not zero at byte " + std::to_string(dirty));
    }
  }
  keep(slot);
  if (slot.is_tiny) {
    ++counts_.tiny_allocs;
  } else {
    ++class_of(slot).mallocs;
    if (slot.is_large) counts_.large_bytes += slot.extent;
  }
  if (phase_ == Phase::kMarking) set_marked(slot);
  return check_found(p);
}

bool Model::adopt_empty(Slot& slot, void* p) {
  if (empty_object_ == nullptr) empty_object_ = p;
  if (p != empty_object_) {
    return fail("the empty object is at " + hex(p) + ", and was at " + hex(empty_object_));
  }
  static_cast<Item&>(slot) = {.bytes = static_cast<std::byte*>(p)};
  slot.finalizer = Finalizer::kNone;
  return true;
}

// The size of the class of an object that was not asked to be aligned.
std::uint64_t Model::aligned_class(const port::SizeClassTable& table, std::size_t size) const {
  const objects::Options& options = heap_options_.objects;
  unsigned i = port::size_class(table, size);
  const bool is_aligned = options.aligns_all_to_16 || (options.aligns_to_16 && size > 8);
  while (is_aligned && table.classes[i].size % 16 != 0) ++i;
  return table.classes[i].size;
}

bool Model::check_new(const Slot& slot, const Request& request) {
  if (slot.extent < slot.size) {
    return fail("usable_size of " + hex(slot.bytes) + " is " + std::to_string(slot.extent));
  }
  if (slot.is_large && slot.extent % port::kPageSize != 0) {
    return fail("a large object has " + std::to_string(slot.extent) + " usable bytes");
  }
  if (!slot.is_large && !slot.is_tiny && request.kind != RequestKind::kAllocateAligned) {
    const port::SizeClassTable& table = port::size_classes(heap_options_.spec.release);
    const std::uint64_t expected = aligned_class(table, slot.size);
    if (slot.extent != expected) {
      return fail("usable_size of " + hex(slot.bytes) + " is " + std::to_string(slot.extent) +
                  ", and its class has " + std::to_string(expected));
    }
  }
  const bool asked = request.kind == RequestKind::kAllocateAligned;
  if (!check_alignment(slot, asked ? request.alignment() : 1)) return false;
  return insert(slot.bytes, slot.extent, number_of(slot));
}

bool Model::check_alignment(const Item& item, std::uint64_t alignment) {
  // The sizes' factors of two promise this; spans begin at pages.
  std::uint64_t natural = item.is_tiny ? item.size : item.extent;
  natural = std::min(std::uint64_t{1} << std::countr_zero(natural), port::kPageSize);
  if (Address::of(item.bytes).is_aligned(std::max(alignment, natural))) return true;
  return fail("object " + hex(item.bytes) + " of " + std::to_string(item.size) +
              " bytes is misaligned");
}

// Notes that [p, p + size) is taken, if nothing else has any of it.
bool Model::insert(const void* p, std::size_t size, std::uint32_t slot) {
  const auto begin = reinterpret_cast<std::uintptr_t>(p);
  const auto next = extents_.lower_bound(begin);
  if (next != extents_.end() && next->first - begin < size) {
    return fail(hex(p) + " of " + std::to_string(size) + " bytes overlaps what begins " +
                std::to_string(next->first - begin) + " bytes later");
  }
  if (next != extents_.begin() && std::prev(next)->second.end > begin) {
    return fail(hex(p) + " lies inside of what begins " +
                std::to_string(begin - std::prev(next)->first) + " bytes before");
  }
  extents_.emplace_hint(next, begin, Extent{begin + size, slot});
  live_bytes_ += size;
  return true;
}

// Keeps an object that is in the table of extents.
void Model::keep(Slot& slot) {
  fill(slot.bytes, slot.extent, slot.pattern);
  if (slot.is_tiny) ++counts_.tiny_blocks[block_of(slot)];
}

// Forgets the slot's object, which is gone.
void Model::drop(Slot& slot, bool is_swept_later) {
  extents_.erase(reinterpret_cast<std::uintptr_t>(slot.bytes));
  live_bytes_ -= slot.extent;
  if (slot.is_tiny) {
    const auto block = counts_.tiny_blocks.find(block_of(slot));
    if (--block->second == 0) {
      counts_.tiny_blocks.erase(block);
      if (is_swept_later) ++counts_.tiny_blocks_unswept;
    }
  } else {
    ++(is_swept_later ? class_of(slot).unswept : class_of(slot).frees);
    if (slot.is_large && is_swept_later) counts_.large_bytes_unswept += slot.extent;
    if (slot.is_large && !is_swept_later) counts_.large_bytes -= slot.extent;
  }
  slot.bytes = nullptr;
  slot.finalizer = Finalizer::kNone;
}

bool Model::free(Slot& slot) {
  if (slot.bytes == nullptr || slot.size == 0) {
    heap_.free(slot.bytes);
    slot.bytes = nullptr;
    return true;
  }
  if (!check_pattern(slot, slot.extent)) return false;
  heap_.free(slot.bytes);
  drop(slot, /*is_swept_later=*/false);
  return true;
}

bool Model::reallocate(Slot& slot, const Request& request) {
  if (slot.bytes == nullptr || slot.size == 0) return allocate(slot, request);
  if (request.size == 0) {
    void* const p = heap_.reallocate(slot.bytes, 0);
    drop(slot, /*is_swept_later=*/false);
    return p == nullptr ? fail("no empty object") : adopt_empty(slot, p);
  }
  if (live_bytes_ + request.size > options_.most_live_bytes) return true;
  return reallocate_object(slot, request);
}

bool Model::reallocate_object(Slot& slot, const Request& request) {
  if (!check_pattern(slot, slot.extent)) return false;
  // The request's `scan` must not matter.
  const Scan scan = request.scan ? Scan::kScan : Scan::kNoscan;
  void* const p = heap_.reallocate(slot.bytes, static_cast<std::size_t>(request.size), scan);
  if (p == nullptr) return check_pattern(slot, slot.extent) && out_of_memory();

  const Item old = slot.item();
  Item moved = old;
  moved.bytes = static_cast<std::byte*>(p);
  if (!check_pattern(moved, std::min(old.extent, static_cast<std::size_t>(request.size))))
    return false;
  if (p != old.bytes) {
    drop(slot, /*is_swept_later=*/false);
    Request as_new = request;
    as_new.scan = old.scan;
    return adopt(slot, p, as_new);
  }
  slot.size = static_cast<std::size_t>(request.size);
  slot.extent = heap_.usable_size(p);
  if (slot.extent < slot.size) {
    return fail("usable_size of " + hex(p) + " is " + std::to_string(slot.extent));
  }
  extents_.erase(reinterpret_cast<std::uintptr_t>(p));
  live_bytes_ -= old.extent;
  if (!insert(p, slot.extent, number_of(slot))) return false;
  // Computes with 64 bits, even where sizes have 32.
  if (slot.is_large) counts_.large_bytes += std::uint64_t{slot.extent} - old.extent;
  fill(slot.bytes, slot.extent, slot.pattern);
  return check_found(p);
}

bool Model::stack_allocate(Stack& stack, std::uint64_t size) {
  size = std::bit_ceil(std::max(size, heap_options_.spec.fixed_stack));
  if (live_bytes_ + size > options_.most_live_bytes) return true;
  stack = {heap_.stack_allocate(static_cast<std::size_t>(size)), mix(++patterns_)};
  if (stack.memory.base == nullptr) return out_of_memory();
  if (stack.memory.size != size) {
    return fail("a stack has " + std::to_string(stack.memory.size) + " bytes");
  }
  if (!insert(stack.memory.base, stack.memory.size, kStack)) return false;
  fill(static_cast<std::byte*>(stack.memory.base), stack.memory.size, stack.pattern);
  counts_.stack_bytes += size;
  return check_found(stack.memory.base);
}

bool Model::check_stack(const Stack& stack) {
  if (stack.memory.base == nullptr) return true;
  Item item;
  item.bytes = static_cast<std::byte*>(stack.memory.base);
  item.extent = stack.memory.size;
  item.pattern = stack.pattern;
  return check_pattern(item, item.extent);
}

bool Model::stack_free(Stack& stack) {
  if (stack.memory.base == nullptr) return true;
  if (!check_stack(stack)) return false;
  heap_.stack_free(stack.memory);
  extents_.erase(reinterpret_cast<std::uintptr_t>(stack.memory.base));
  live_bytes_ -= stack.memory.size;
  counts_.stack_bytes -= stack.memory.size;
  stack = {};
  return true;
}

bool Model::check_pattern(const Item& item, std::size_t size) {
  const std::size_t changed = first_change(item.bytes, size, item.extent, item.pattern);
  if (changed == size) return true;
  return fail("object " + hex(item.bytes) + " of " + std::to_string(item.extent) +
              " bytes was changed at byte " + std::to_string(changed));
}

bool Model::check_contents() {
  if (!failure_.empty()) return false;
  for (const Slot& slot : slots_) {
    if (slot.bytes != nullptr && !check_pattern(slot, slot.extent)) return false;
  }
  return std::all_of(stacks_.begin(), stacks_.end(),
                     [this](const Stack& stack) { return check_stack(stack); });
}

bool Model::check_corruptions() {
  const CorruptionLog* const log = options_.corruptions;
  return log == nullptr || log->first().empty() || fail(log->first());
}

bool Model::check() {
  if (!failure_.empty() || !check_corruptions()) return false;
  const Statistics statistics = heap_.statistics();
  const std::string broken = check_identities(statistics);
  if (!broken.empty()) return fail(broken);
  if (options_.is_shared) return true;
  const std::string difference = compare(statistics, counts_, 1);
  if (!difference.empty()) return fail(difference);
  const Line line = heap_.check();
  return line.view().empty() || fail("check(): " + std::string(line.view()));
}

bool Model::free_all() {
  if (!failure_.empty()) return false;
  for (Slot& slot : slots_) {
    if (!free(slot)) return false;
  }
  return std::all_of(stacks_.begin(), stacks_.end(),
                     [this](Stack& stack) { return stack_free(stack); });
}

Model::Item Model::give_away(std::uint32_t number) {
  Slot& slot = slots_[number % slots_.size()];
  const Item item = slot.item();
  if (slot.bytes != nullptr && slot.size != 0) {
    if (slot.finalizer == Finalizer::kSet) heap_.clear_finalizer(slot.bytes);
    // The object stays in use: only this model forgets it.
    drop(slot, /*is_swept_later=*/false);
    if (!item.is_tiny) --class_of(item).frees;
    if (item.is_large) counts_.large_bytes += item.extent;
  }
  slot.bytes = nullptr;
  return item;
}

bool Model::take_over(std::uint32_t number, const Item& item) {
  Slot& slot = slots_[number % slots_.size()];
  if (!free(slot)) return false;
  static_cast<Item&>(slot) = item;
  if (item.bytes == nullptr || item.size == 0) return true;
  if (!check_pattern(slot, slot.extent)) return false;
  slot.pattern = mix(++patterns_);
  if (!insert(slot.bytes, slot.extent, number_of(slot))) return false;
  keep(slot);
  return true;
}

Counts::OfClass& Model::class_of(const Item& item) {
  if (item.is_large) return counts_.large;
  const port::SizeClassTable& table = port::size_classes(heap_options_.spec.release);
  return counts_.by_class[port::size_class(table, item.extent)];
}

bool Model::out_of_memory() {
  ++refusals_;
  if (options_.may_fail) return true;
  return fail("no memory: " + std::string(heap_.last_failure().view()));
}

bool Model::fail(const std::string& what) {
  if (failure_.empty()) failure_ = what;
  return false;
}

}  // namespace Atoll::test
