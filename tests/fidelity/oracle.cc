#include "tests/fidelity/oracle.h"

#include <bit>
#include <utility>

#include "os/base/bits.h"

namespace Atoll::test {

// --- Arenas. ---

ArenaOracle::ArenaOracle(TracedHeap& heap)
    : heap_(heap),
      spec_(heap.platform().spec),
      releases_parts_(heap.platform().machine.releases_parts) {
  const port::ArenaHints hints = port::arena_hints(spec_);
  for (unsigned i = hints.main.count; i > 0; --i) hints_.push_back({Address(hints.main[i - 1])});
  if (!spec_.uses_32_bit_start()) return;
  // Its arenas are handed out one after the other, so that they count as one region.
  const pages::ArenaSpace& space = heap.heap().pages().arena_space();
  start32_ = space.arena_range();
  hints_.push_back({start32_.is_empty() ? start32_hint(heap) : start32_.end()});
  calls_seen_ = heap.calls().size();
}

Address ArenaOracle::start32_hint(TracedHeap& heap) {
  const os::Machine& machine = heap.platform().machine;
  const Range metadata = heap.heap().pages().arena_space().metadata_range();
  port::ProgramEnd program;
  program.end_of_data = machine.end_of_data.value();
  if (port::has_program_break(spec_.goos)) program.program_break = machine.program_break.value();
  program.metadata_begin = metadata.base.value();
  program.metadata_end = metadata.end().value();
  return Address(port::start32_address(spec_, program));
}

Range ArenaOracle::next() {
  if (!start32_.is_empty()) return std::exchange(start32_, Range{});
  while (const os::TraceRecord* const call = next_reserve()) {
    drop_unasked(*call);
    if (hints_.empty()) return next_anywhere(*call);
    Hint& hint = hints_.back();
    const Range wish = hint.region(call->size);
    if (call->address != wish.base) return fail("not asked for at its hint: " + text_of(*call));
    if (call->result == wish.base) {
      hint.address = hint.down ? wish.base : wish.end();
      return wish;
    }
    hints_.pop_back();
  }
  return fail("more pages were needed, and the heap did not ask for any");
}

// A hint is dropped without asking the system if the arena map has no place there for what was
// needed: as much as `call` asks for, less what it adds if it leaves the choice to the system.
void ArenaOracle::drop_unasked(const os::TraceRecord& call) {
  while (!hints_.empty()) {
    const Range asked = hints_.back().region(call.size);
    if (call.address == asked.base && has_place(asked)) return;
    const std::uint64_t surplus = call.address.is_null() ? spec_.heap_arena_bytes : 0;
    if (has_place(hints_.back().region(call.size - surplus))) return;
    hints_.pop_back();
  }
}

bool ArenaOracle::has_place(Range region) const {
  return !region.is_empty() && region.end() >= region.base &&
         spec_.is_addressable(region.last().value());
}

// Reserved with room to align it. The room behind stays if nothing had to be cut off before (up to
// 1.23, where memory is one growing segment).
Range ArenaOracle::next_anywhere(const os::TraceRecord& call) {
  if (!call.address.is_null()) return fail("asked for at no hint: " + text_of(call));
  const std::uint64_t arena = spec_.heap_arena_bytes;
  Range region{call.result.aligned_up(arena), call.size - arena};
  const bool is_exact = spec_.sbrk && spec_.since(port::Release::k1_24);
  const bool is_whole = call.result.is_aligned(arena) && !is_exact;
  if (is_whole) region.size = call.size;
  if (!is_whole && !releases_parts_) {
    const os::TraceRecord* const again = next_reserve();
    if (again == nullptr || again->result != region.base) return fail("not reserved again");
  }
  hints_.push_back({region.base, true});
  hints_.push_back({region.end()});
  return region;
}

const os::TraceRecord* ArenaOracle::next_reserve() {
  const std::span<const os::TraceRecord> calls = heap_.calls();
  while (calls_seen_ < calls.size()) {
    const os::TraceRecord& call = calls[calls_seen_++];
    if (call.verb == os::Verb::kReserve) return &call;
  }
  return nullptr;
}

Range ArenaOracle::fail(const std::string& why) {
  error_ = why;
  return {};
}

// --- Pages. ---

Address PageOracle::allocate(std::uint64_t npages) {
  const std::uint64_t size = npages * port::kPageSize;
  for (;;) {
    Range* best = nullptr;
    for (Range& range : free_) {
      if (range.size >= size && (best == nullptr || is_better(range, *best))) best = &range;
    }
    if (best != nullptr) {
      const Address base = best->base;
      *best = {base + size, best->size - size};
      return base;
    }
    const Range region = arenas_.next();
    if (region.is_empty()) return Address();
    add(region);
  }
}

// Up to 1.13 the best fit is taken; from 1.14 the lowest address.
bool PageOracle::is_better(Range a, Range b) const {
  if (!takes_lowest_ && a.size != b.size) return a.size < b.size;
  return a.base < b.base;
}

void PageOracle::add(Range region) {
  for (Range& range : free_) {
    if (range.end() != region.base) continue;
    range.size += region.size;
    return;
  }
  // One that is used up may still be continued, and so stays on the list.
  free_.push_back(region);
}

// --- Objects. ---

HeapOracle::HeapOracle(TracedHeap& heap) : spec_(heap.platform().spec), pages_(heap) {}

Address HeapOracle::object(std::uint64_t size, bool noscan) {
  if (noscan && size < port::kTinySize) return tiny(size);
  if (size <= spec_.max_small_request) return from_class(smallest_class(size), noscan);
  return pages_.allocate((size + port::kPageSize - 1) / port::kPageSize);
}

unsigned HeapOracle::smallest_class(std::uint64_t size) const {
  const port::SizeClassTable& table = port::size_classes(spec_.release);
  unsigned size_class = 1;
  while (table.classes[size_class].size < size) ++size_class;
  return size_class;
}

Address HeapOracle::from_class(unsigned size_class, bool noscan) {
  const port::SizeClass& row = port::size_classes(spec_.release).classes[size_class];
  const unsigned span_class = port::span_class(size_class, noscan);
  SpanClass& current = classes_[span_class];
  if (current.left == 0) {
    current.next = pages_.allocate(row.npages);
    if (current.next.is_null()) return Address();
    current.left = port::objects_per_span(spec_, span_class);
  }
  --current.left;
  return std::exchange(current.next, current.next + row.size);
}

// Span class 5 has 16-byte blocks without pointers.
Address HeapOracle::tiny(std::uint64_t size) {
  std::uint64_t alignment = 1;
  while (alignment < 8 && size % (alignment * 2) == 0) alignment *= 2;
  if (spec_.since(port::Release::k1_16) && spec_.ptr_size == 4 && size == 12) alignment = 8;
  const std::uint64_t offset = round_up(tiny_used_, alignment);
  if (!tiny_block_.is_null() && offset + size <= 16) {
    tiny_used_ = offset + size;
    return tiny_block_ + offset;
  }
  const Address block = from_class(2, /*noscan=*/true);
  // The block with more room left stays.
  if (tiny_block_.is_null() || size < tiny_used_) {
    tiny_block_ = block;
    tiny_used_ = size;
  }
  return block;
}

// --- Stacks. ---

Address HeapOracle::stack(std::uint64_t size) {
  constexpr std::uint64_t kSpan = 32768;
  if (size >= kSpan || size >= spec_.fixed_stack << spec_.num_stack_orders) {
    return pages_.allocate(size / port::kPageSize);
  }
  Stacks& stacks = stacks_[static_cast<unsigned>(std::countr_zero(size / spec_.fixed_stack))];
  if (stacks.cached.empty()) {
    // The cache takes 16 KiB from the pool, which hands out the highest address first. What it took
    // last it hands out first.
    for (std::uint64_t taken = 0; taken < kSpan / 2; taken += size) {
      if (stacks.pooled.empty()) {
        const Address span = pages_.allocate(kSpan / port::kPageSize);
        if (span.is_null()) return Address();
        for (std::uint64_t i = 0; i < kSpan; i += size) stacks.pooled.push_back(span + i);
      }
      stacks.cached.push_back(stacks.pooled.back());
      stacks.pooled.pop_back();
    }
  }
  const Address stack = stacks.cached.back();
  stacks.cached.pop_back();
  return stack;
}

}  // namespace Atoll::test
