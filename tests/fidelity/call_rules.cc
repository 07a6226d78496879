#include "tests/fidelity/call_rules.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "os/base/bits.h"
#include "src/pages/arena_map.h"

namespace Atoll::test {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

// Records from here on are not cut from a chunk.
constexpr std::uint64_t kDirect = 64 * kKiB;

}  // namespace

CallRules::CallRules(TracedHeap& heap)
    : heap_(heap), platform_(heap.platform()), spec_(heap.platform().spec) {
  const port::ArenaHints hints = port::arena_hints(spec_);
  for (unsigned i = hints.main.count; i > 0; --i) hints_.push_back({Address(hints.main[i - 1])});
}

// --- Single calls. ---

Address CallRules::expect(os::Verb verb, Address address, std::uint64_t size) {
  os::TraceRecord expected;
  expected.verb = verb;
  expected.address = address;
  expected.size = size;
  const std::span<const os::TraceRecord> calls = heap_.calls();
  const std::string got = seen_ < calls.size() ? text_of(calls[seen_]) : "no call";
  const std::string wanted = text_of(expected);
  // What comes after the first wrong call means nothing.
  if (!is_wrong_) {
    EXPECT_EQ(got, wanted) << "call " << seen_;
  }
  is_wrong_ = is_wrong_ || got != wanted;
  return is_wrong_ ? Address() : calls[seen_++].result;
}

Range CallRules::expect_reserve(Address hint, std::uint64_t size) {
  const Address base = expect(os::Verb::kReserve, hint, size);
  return {base, base.is_null() ? 0 : size};
}

void CallRules::expect_range(os::Verb verb, Range range) {
  (void)expect(verb, range.base, range.size);
}

// The system's pages may be larger than the heap's; one that is Ready is not asked for again.
void CallRules::expect_used(Range pages) {
  const Address base = pages.base.aligned_up(platform_.machine.page_size);
  const Address end = pages.end().aligned_up(platform_.machine.page_size);
  expect_range(os::Verb::kUsed, {base, end - base});
}

void CallRules::end() {
  if (is_wrong_) return;
  const std::span<const os::TraceRecord> calls = heap_.calls();
  EXPECT_EQ(seen_ < calls.size() ? text_of(calls[seen_]) : "no call", "no call");
}

// --- Init. ---

void CallRules::init() {
  // The chunk that the first cache comes from, and all smaller records after it.
  expect_alloc(256 * kKiB);
  if (spec_.uses_32_bit_start()) start32();
}

void CallRules::start32() {
  metadata_ = expect_reserve(
      Address(), platform_.whole_pages(spec_.num_arenas() * spec_.heap_arena_metadata_bytes));
  metadata_mapped_ = metadata_.base;

  const os::Machine& machine = platform_.machine;
  Address wish = machine.end_of_data;
  if (spec_.is(port::Goos::kLinux)) wish = std::max(wish, machine.program_break);
  if (metadata_.contains(wish)) wish = metadata_.end();
  wish = (wish + 256 * kKiB).aligned_up(spec_.heap_arena_bytes);
  for (const std::uint64_t size : {512 * kMiB, 256 * kMiB, 128 * kMiB}) {
    arenas_ = reserve_aligned(wish, size);
    // What lies below the end of a linear memory is answered with that end.
    if (arenas_.is_empty() && machine.linear_only && machine.honours_hints) {
      arenas_ = reserve_aligned(Address(), size);
    }
    if (!arenas_.is_empty()) break;
  }
  hints_.push_back({arenas_.is_empty() ? wish : arenas_.end()});
}

// With room to align it, which stays if nothing has to be cut off before.
Range CallRules::reserve_aligned(Address hint, std::uint64_t size) {
  const std::uint64_t arena = spec_.heap_arena_bytes;
  const Range got = expect_reserve(hint, size + arena);
  // A growing segment is given the room behind back from 1.24 on.
  const bool is_exact = spec_.sbrk && spec_.since(port::Release::k1_24);
  const Range aligned{got.base.aligned_up(arena), size};
  if (got.is_empty() || (aligned.base == got.base && !is_exact)) return got;
  if (platform_.machine.releases_parts) {
    const Range before{got.base, aligned.base - got.base};
    if (!before.is_empty()) expect_range(os::Verb::kRelease, before);
    expect_range(os::Verb::kRelease, {aligned.end(), got.end() - aligned.end()});
    return aligned;
  }
  expect_range(os::Verb::kRelease, got);
  const Range again = expect_reserve(aligned.base, size);
  if (again == aligned) return aligned;
  if (!again.is_empty()) expect_range(os::Verb::kRelease, again);
  return reserve_aligned(hint, size);
}

// --- Growth. ---

Range CallRules::first_growth() {
  const std::uint64_t page = port::kPageSize;
  const Range region = grow(spec_.heap_arena_bytes);
  metadata(region);
  const std::uint64_t step =
      round_up(page, std::max(spec_.heap_growth_unit, platform_.machine.page_size));
  if (spec_.since(port::Release::k1_17)) expect_range(os::Verb::kMap, {region.base, step});
  expect_used({region.base, page});
  return region;
}

void CallRules::second_growth(Range first) {
  const std::uint64_t page = port::kPageSize;
  const Range region = grow(first.size);
  metadata(region);
  const bool is_adjacent = region.base == first.end();
  if (spec_.since(port::Release::k1_17)) {
    // Up to here only the first step was mapped.
    const std::uint64_t step = spec_.heap_growth_unit;
    const Range rest{first.base + step, first.size - step};
    if (is_adjacent) {
      expect_range(os::Verb::kMap, {rest.base, first.size});
    } else {
      if (!rest.is_empty()) expect_range(os::Verb::kMap, rest);
      expect_range(os::Verb::kMap, {region.base, first.size});
    }
  }
  expect_used({is_adjacent ? first.base + page : region.base, first.size});
}

Range CallRules::grow(std::uint64_t size) {
  if (arenas_.size >= size) {
    const Range piece{arenas_.base, size};
    arenas_ = {piece.end(), arenas_.size - size};
    if (spec_.until(port::Release::k1_16)) expect_range(os::Verb::kMap, piece);
    if (spec_.between(port::Release::k1_13, port::Release::k1_16)) {
      expect_range(os::Verb::kUsed, piece);
    }
    return piece;
  }
  Range region = at_hint(size);
  if (region.is_empty()) {
    region = reserve_aligned(Address(), size);
    hints_.push_back({region.base, true});
    hints_.push_back({region.end()});
  }
  if (spec_.until(port::Release::k1_16)) expect_range(os::Verb::kMap, region);
  return region;
}

// A hint that was not honoured, or that the arena map has no place for, is dropped for good.
Range CallRules::at_hint(std::uint64_t size) {
  for (; !hints_.empty(); hints_.pop_back()) {
    Hint& hint = hints_.back();
    const Range wish{hint.down ? hint.address - size : hint.address, size};
    if (wish.end() < wish.base || !spec_.is_addressable(wish.last().value())) continue;
    const Range got = expect_reserve(wish.base, size);
    if (got == wish) {
      hint.address = hint.down ? wish.base : wish.end();
      return wish;
    }
    if (!got.is_empty()) expect_range(os::Verb::kRelease, got);
  }
  return {};
}

void CallRules::metadata(Range region) {
  const std::uint64_t table_bytes = std::uint64_t{sizeof(void*)} << spec_.arena_l2_bits;
  if (!has_table_ && table_bytes >= kDirect) expect_alloc(table_bytes);
  has_table_ = true;

  // Two bits for each of 1024 places of a page, and its span's address.
  const std::uint64_t pages = spec_.heap_arena_bytes / port::kPageSize;
  const std::uint64_t bytes =
      std::max(spec_.heap_arena_metadata_bytes, pages * (std::size_t{2} * 128 + sizeof(void*)));
  const std::uint64_t records =
      sizeof(pages::Arena) + pages * sizeof(pages::PageRecord) + 2 * pages / 8;
  for (std::uint64_t done = 0; done < region.size; done += spec_.heap_arena_bytes) {
    expect_metadata(bytes);
    if (records >= kDirect) expect_alloc(records);
  }
}

void CallRules::expect_alloc(std::uint64_t bytes) {
  (void)expect(os::Verb::kAlloc, Address(), platform_.whole_pages(bytes));
}

// Of one arena. A 32-bit start has it in a row; the system's pages are mapped as far as they are
// needed.
void CallRules::expect_metadata(std::uint64_t bytes) {
  if (metadata_.is_empty()) {
    if (bytes >= kDirect) expect_alloc(bytes);
    return;
  }
  const Address end = metadata_.base.aligned_up(64) + bytes;
  metadata_ = {end, metadata_.end() - end};
  const Address mapped = end.aligned_up(platform_.machine.page_size);
  if (mapped == metadata_mapped_) return;
  expect_range(os::Verb::kMap, {metadata_mapped_, mapped - metadata_mapped_});
  expect_range(os::Verb::kUsed, {metadata_mapped_, mapped - metadata_mapped_});
  metadata_mapped_ = mapped;
}

}  // namespace Atoll::test
