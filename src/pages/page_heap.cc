#include "src/pages/page_heap.h"

#include <algorithm>
#include <new>

#include "os/base/bits.h"
#include "src/policy.h"

namespace Atoll::pages {
namespace {

std::uint64_t count_of(Range pages) { return pages.size / port::kPageSize; }

// The part of `range` after `part`, which lies in it.
Range behind(Range range, Range part) { return {part.end(), range.end() - part.end()}; }

}  // namespace

bool PageHeap::init(const Platform& platform, PersistentAlloc& memory, MemoryCounters* counters,
                    const Options& options) {
  forget();
  platform_ = &platform;
  options_ = options;
  options_.is_sparing = options.is_sparing || lives_in_buffer(platform.spec);
  is_bounded_ = options.is_bounded && platform.machine.can_shrink;
  has_bound_ = is_bounded_ && options.most_kept != Options::kAsInUse;
  failure_.emplace();
  unit_ = std::max(platform.machine.page_size, port::kPageSize);
  const port::Release release = platform.spec.release;
  nodes_.init(memory, release, sizeof(TreapNode), MemoryKind::kOther);
  spans_.init(memory, release, sizeof(Span), MemoryKind::kSpans, &record_span, this,
              FixedAlloc::Zero::kNo);
  table_.init(memory);
  free_.init(release, platform.os.random_seed());
  supply_.init(platform, memory, map_, options_);
  return map_.init(platform, memory, supply_.metadata(), counters, options_) ||
         fail("out of memory");
}

[[gnu::cold]] void PageHeap::release_all() {
  supply_.release_all();
  forget();
}

void PageHeap::forget() {
  map_.clear();
  free_.clear();
  table_.clear();
  end_ = Address();
  mapped_pages_ = object_pages_ = stack_pages_ = 0;
  fresh_pages_ = released_pages_ = spans_in_use_ = 0;
  is_bounded_ = has_bound_ = false;
  most_in_use_ = 0;
  next_scavenge_ = 0;
  oversize_.clear();
}

bool PageHeap::fail(std::string_view why) {
  failure_.emplace() << why;
  return false;
}

// --- Records of spans. ---

bool PageHeap::record_span(void* heap, void* record) {
  return static_cast<PageHeap*>(heap)->table_.append(new (record) Span);
}

// A record keeps its treap node for good, so that freeing a span needs no memory and cannot fail.
Span* PageHeap::new_span() {
  auto* const span = static_cast<Span*>(spans_.alloc());
  if (span != nullptr) {
    span->holder.store(nullptr, std::memory_order_relaxed);  // the allocator's link was here
    if (give_node(span)) return span;
    drop(span);
  }
  (void)fail("out of memory");
  return nullptr;
}

bool PageHeap::give_node(Span* span) {
  if (span->treap_node != nullptr) return true;
  void* const node = nodes_.alloc();
  if (node != nullptr) span->treap_node = new (node) TreapNode;
  return node != nullptr;
}

// In a buffer, all memory for records may be in pages of the heap later. So before it takes pages,
// the heap makes what it would need if each of them were a span. Free spans then can always be cut.
[[gnu::cold]] bool PageHeap::stock_records(Range pages) {
  for (const std::uint64_t all = mapped_pages_ + count_of(pages); table_.count() < all;) {
    auto* const span = static_cast<Span*>(spans_.alloc_new());
    if (span == nullptr) return fail("out of memory");
    const bool has_node = give_node(span);
    drop(span);
    if (!has_node) return fail("out of memory");
  }
  for (std::uint64_t done = 0; done < pages.size; done += port::kPageSize) {
    if (!make_bits(pages.base + done)) return false;
  }
  return true;
}

void PageHeap::drop(Span* span) {
  span->state.store(SpanState::kDead, std::memory_order_release);
  spans_.free(span);
}

// --- Free spans. ---

Span* PageHeap::free_span_at(Address base) const {
  Span* const span = map_.span_of(base);
  const bool is_it = span != nullptr &&
                     span->state.load(std::memory_order_relaxed) == SpanState::kFree &&
                     span->base == base;
  return is_it ? span : nullptr;
}

Span* PageHeap::free_span_before(Address end) const {
  Span* const span = map_.span_of(end - 1);
  const bool is_it = span != nullptr &&
                     span->state.load(std::memory_order_relaxed) == SpanState::kFree &&
                     span->range().end() == end;
  return is_it ? span : nullptr;
}

void PageHeap::add_free(Span* span, Range pages, std::uint64_t since) {
  span->base = pages.base;
  span->npages = count_of(pages);
  span->unused_since = since;
  span->state.store(SpanState::kFree, std::memory_order_release);
  map_.set_ends(span);
  free_.insert(span);
}

void PageHeap::merge_free(Span* span, Range pages, std::uint64_t since) {
  if (Span* const before = free_span_before(pages.base); before != nullptr) {
    pages = {before->base, before->bytes() + pages.size};
    since = std::max(since, before->unused_since);
    free_.remove(before);
    drop(before);
  }
  if (Span* const next = free_span_at(pages.end()); next != nullptr) {
    pages.size += next->bytes();
    since = std::max(since, next->unused_since);
    free_.remove(next);
    drop(next);
  }
  add_free(span, pages, since);
}

// --- Pages in. ---

// How much the heap must grow to get a place for `bytes`, when it has none. A sparing heap goes on
// from the free span at its end.
std::uint64_t PageHeap::missing(std::uint64_t bytes) const {
  if (!options_.is_sparing || mapped_pages_ == 0) return bytes;
  const Span* const last = supply_.next() == end_ ? free_span_before(end_) : nullptr;
  return last == nullptr || last->bytes() >= bytes ? bytes : bytes - last->bytes();
}

bool PageHeap::grow(std::uint64_t bytes) {
  Range offered = supply_.offer(bytes);
  if (offered.is_empty()) return fail(supply_.failure().view());
  if (lives_in_buffer(platform_->spec) && !stock_records(offered)) {
    supply_.withdraw(offered);
    return false;
  }
  Span* const span = new_span();
  if (span == nullptr) return false;
  offered = supply_.take(offered, bytes);
  if (offered.is_empty()) {
    drop(span);
    return fail(supply_.failure().view());
  }
  // The age of pages that were never used does not matter, since they have no memory to give back.
  // The first pages have no neighbours, and a search for some would make memory of the map
  // resident.
  if (mapped_pages_ == 0) {
    add_free(span, offered, 0);
  } else {
    merge_free(span, offered, 0);
  }
  // A heap makes each kind of system call that it needs later when it begins too, since its process
  // may enter a sandbox afterwards.
  if (mapped_pages_ == 0 && is_bounded_) (void)platform_->os.resident(offered.base, unit_);
  mapped_pages_ += count_of(offered);
  fresh_pages_ += count_of(offered);
  end_ = offered.end();
  return true;
}

// Pages that are Ready already may separate several runs. If one run fails, this undoes those
// before it.
bool PageHeap::make_ready(Range pages) {
  os::Os& os = platform_->os;
  const Range first = bits_.next_run(false, pages);
  for (Range run = first; !run.is_empty(); run = bits_.next_run(false, behind(pages, run))) {
    if (os.used(run.base, run.size).ok()) continue;
    Range undone = first;
    (void)os.unused(undone.base, undone.size);
    while (undone != run) {
      undone = bits_.next_run(false, behind(pages, undone));
      (void)os.unused(undone.base, undone.size);
    }
    return fail("out of memory");
  }
  bits_.set_ready(pages);
  return true;
}

// Gives free pages back if the heap would hold too many when `pages`, of a span of `span_bytes`,
// get memory. These are still free, so it may release some of them. Returns whether it gave any
// back.
bool PageHeap::relieve(std::uint64_t pages, std::uint64_t span_bytes) {
  const std::uint64_t idle_fraction =
      span_bytes >= policy::kLong ? policy::kIdleFractionForLong : policy::kIdleFraction;
  const std::uint64_t in_use = object_pages_ + stack_pages_ + pages;
  most_in_use_ = std::max(most_in_use_, in_use);
  if (has_bound_) return false;
  constexpr std::uint64_t kIdle = policy::kIdleBytes / port::kPageSize;
  constexpr std::uint64_t kSurplus = policy::kIdleSurplus / port::kPageSize;
  const std::uint64_t most = most_in_use_ + most_in_use_ / idle_fraction + kIdle;
  const std::uint64_t held = mapped_pages_ - fresh_pages_ - released_pages_ + pages;
  if (held <= most) return false;
  return release_largest((held - most + kSurplus) * port::kPageSize) != 0;
}

bool PageHeap::prepare(Range whole, Range place) {
  return map_.prepare(whole, place) || fail("out of memory");
}

bool PageHeap::prepare_cut(Address at) { return map_.prepare_cut(at) || fail("out of memory"); }

bool PageHeap::make_bits(Address base) { return map_.make_bits(base) || fail("out of memory"); }

// Makes free pages a user's. If a hardware page is larger, its other pages become Ready too, but
// stay free and fresh.
bool PageHeap::hand_out(Range pages, bool* needs_zero) {
  oversize_.remove(pages);
  const Address first = pages.base.aligned_down(unit_);
  const Range units{first, pages.end().aligned_up(unit_) - first};
  PageCounts counts = bits_.count(pages);
  if (is_bounded_ && relieve(counts.fresh + counts.released, pages.size)) {
    counts = bits_.count(pages);
  }
  if (counts.fresh + counts.released == 0) {
    *needs_zero = true;
    return true;
  }
  const std::uint64_t released = (units == pages ? counts : bits_.count(units)).released;
  if (!make_ready(units)) return false;
  bits_.set_dirty(pages);
  fresh_pages_ -= counts.fresh;
  released_pages_ -= released;
  *needs_zero = counts.fresh + counts.released < count_of(pages) ||
                (counts.released != 0 && !platform_->os.decommit_zeroes());
  return true;
}

// --- Pages out. ---

// Gives pages of `freed` back, which have just become free and are a part of the free span
// `around`, if the heap holds more than Options::most_kept with them. Older ones wait for the
// scavenger: to look for better ones would take a walk through all free spans.
[[gnu::cold]] void PageHeap::keep_to_bound(Range freed, Range around) {
  const std::uint64_t idle = mapped_pages_ - object_pages_ - stack_pages_;
  const std::uint64_t kept = (idle - fresh_pages_ - released_pages_) * port::kPageSize;
  if (kept <= options_.most_kept) return;
  const std::uint64_t excess = std::min(kept - options_.most_kept, freed.size);
  const Address first = std::max((freed.end() - excess).aligned_down(unit_), around.base);
  const Address end = std::min(freed.end().aligned_up(unit_), around.end());
  (void)release({first, end - first});
}

// Whether most of some free pages hold memory, judging by a few pieces of them. False if the system
// does not tell.
[[gnu::cold]] bool PageHeap::is_resident(Range pages) const {
  const Range units = units_in(pages);
  const std::uint64_t piece = std::max(policy::kAskedPiece, unit_);
  if (pages.size <= piece * policy::kAskedPieces) return true;  // there are only a few pages
  const std::uint64_t step = round_down((units.size - piece) / (policy::kAskedPieces - 1), unit_);
  std::uint64_t found = 0;
  for (std::uint64_t i = 0; i < policy::kAskedPieces; ++i) {
    const std::optional<std::uint64_t> bytes = platform_->os.resident(units.base + i * step, piece);
    if (!bytes.has_value()) return false;
    found += *bytes;
  }
  return found >= piece * policy::kAskedPieces / 4 * policy::kResidentQuarters;
}

// The pages of `range` that are whole hardware pages.
Range PageHeap::units_in(Range range) const {
  const Address first = range.base.aligned_up(unit_);
  const Address end = range.end().aligned_down(unit_);
  return first < end ? Range{first, end - first} : Range{};
}

// Gives pages of a free span back, if they are Ready and fill whole hardware pages. Returns how
// many bytes that was.
std::uint64_t PageHeap::release(Range pages) {
  const Range units = units_in(pages);
  if (units.is_empty()) return 0;
  std::uint64_t bytes = 0;
  for (Range run = bits_.next_run(true, units); !run.is_empty();
       run = bits_.next_run(true, behind(units, run))) {
    if (!platform_->os.unused(run.base, run.size).ok()) continue;
    released_pages_ += count_of(run) - bits_.count(run).fresh;
    bits_.clear_ready(run);
    bytes += run.size;
  }
  return bytes;
}

[[gnu::cold]] std::uint64_t PageHeap::scavenge_older_than(std::uint64_t age) {
  if (!platform_->machine.can_shrink) return 0;
  const std::uint64_t now = platform_->os.monotonic_nanoseconds();
  const LockGuard guard(lock_, platform_->os);
  return release_older_than(age, now);
}

std::uint64_t PageHeap::release_older_than(std::uint64_t age, std::uint64_t now) {
  std::uint64_t bytes = 0;
  free_.for_each([&](const Span* span) {
    // The span may have become free after the caller read the time.
    if (span->unused_since <= now && now - span->unused_since >= age) {
      bytes += release(span->range());
    }
    return true;
  });
  return bytes;
}

[[gnu::cold]] std::uint64_t PageHeap::scavenge_bytes(std::uint64_t bytes) {
  if (!platform_->machine.can_shrink) return 0;
  const LockGuard guard(lock_, platform_->os);
  return release_largest(bytes);
}

std::uint64_t PageHeap::release_largest(std::uint64_t bytes) {
  std::uint64_t done = 0;
  free_.for_each([&](const Span* span) {
    if (done < bytes) done += release(span->range());
    return done < bytes;
  });
  return done;
}

// --- Spans in use. ---

// A sparing heap has only a few fresh pages at its end, which would be a better fit than many used
// ones. This takes them last, as if the span were as long as in other heaps.
Span* PageHeap::find_best_fit(std::uint64_t npages) const {
  Span* const span = free_.find_best_fit(npages);
  if (!options_.is_sparing || span == nullptr || span->range().end() != end_) return span;
  Span* const other = free_.next_best_fit(span);
  return other != nullptr ? other : span;
}

// The best fit may have an aligned place by chance; a span that is longer by the alignment always
// has one.
Span* PageHeap::find(std::uint64_t npages, std::uint64_t alignment, Range* place) const {
  for (const std::uint64_t enough : {npages, npages + alignment / port::kPageSize - 1}) {
    Span* const span = find_best_fit(enough);
    if (span == nullptr) break;
    *place = {span->base.aligned_up(alignment), npages * port::kPageSize};
    if (span->range().contains(*place)) return span;
  }
  return nullptr;
}

Span* PageHeap::allocate(std::uint64_t npages, PageUse use, std::uint64_t alignment) {
  const LockGuard guard(lock_, platform_->os);
  alignment = std::max(alignment, port::kPageSize);
  const std::uint64_t surplus = alignment / port::kPageSize - 1;
  if (npages == 0 || npages > most_pages() || surplus > most_pages() - npages) {
    (void)fail("out of memory");
    return nullptr;
  }
  const std::uint64_t enough = (npages + surplus) * port::kPageSize;
  Range place;
  Span* span = find(npages, alignment, &place);
  for (std::uint64_t bytes = span == nullptr ? missing(enough) : 0; span == nullptr;
       bytes = enough) {  // the system may have given the missing bytes elsewhere
    if (!grow(bytes)) return nullptr;
    span = find(npages, alignment, &place);
  }
  return carve(span, place, use == PageUse::kStacks ? SpanState::kManual : SpanState::kInUse);
}

// Takes `place` out of a free span and reuses the span's record for it. The pages on both sides of
// `place` stay free.
Span* PageHeap::carve(Span* span, Range place, SpanState state) {
  const Range whole = span->range();
  const Range head{whole.base, place.base - whole.base};
  const Range tail = behind(whole, place);
  Span* const head_span = head.is_empty() ? nullptr : new_span();
  Span* const tail_span = tail.is_empty() ? nullptr : new_span();
  const bool have_records =
      head.is_empty() == (head_span == nullptr) && tail.is_empty() == (tail_span == nullptr);
  bool needs_zero = false;
  if (!have_records || !prepare(whole, place) || !make_bits(place.base) ||
      !hand_out(place, &needs_zero)) {
    if (head_span != nullptr) drop(head_span);
    if (tail_span != nullptr) drop(tail_span);
    return nullptr;
  }
  free_.remove(span);
  if (head_span != nullptr) add_free(head_span, head, span->unused_since);
  if (tail_span != nullptr) add_free(tail_span, tail, span->unused_since);

  span->base = place.base;
  span->npages = count_of(place);
  span->needs_zero = needs_zero;
  span->is_resident = false;
  span->state.store(state, std::memory_order_release);
  map_.set_spans(place, span);
  pages_of(state) += span->npages;
  ++spans_in_use_;
  return span;
}

void PageHeap::free(Span* span) {
  const std::uint64_t now = platform_->os.monotonic_nanoseconds();
  const LockGuard guard(lock_, platform_->os);
  free_locked(span, now);
}

void PageHeap::free(List<Span>& spans) {
  if (spans.empty()) return;
  const std::uint64_t now = platform_->os.monotonic_nanoseconds();
  const LockGuard guard(lock_, platform_->os);
  while (!spans.empty()) {
    Span* const span = spans.first();
    spans.remove(span);
    free_locked(span, now);
  }
}

void PageHeap::free_locked(Span* span, std::uint64_t now) {
  pages_of(span->state.load(std::memory_order_relaxed)) -= span->npages;
  --spans_in_use_;
  map_.set_records(*span, PageRecord());
  map_.clear_spans(*span, span->range());
  // A long span that is known to be resident waits for the bound, as shorter ones do.
  if (is_bounded_ && span->bytes() >= policy::kOversize && !span->is_resident) {
    oversize_.add(span->range(), [this](Range range) {
      if (!is_resident(range)) (void)release(range);
    });
  }
  const Range freed = span->range();
  merge_free(span, freed, now);
  if (has_bound_) keep_to_bound(freed, span->range());
  const std::uint64_t delay = options_.scavenge_delay;
  if (delay != Options::kNeverScavenge && now >= next_scavenge_ && platform_->machine.can_shrink) {
    next_scavenge_ = now + delay / policy::kLooksPerDelay;
    (void)release_older_than(delay, now);
  }
}

bool PageHeap::extend(Span* span, std::uint64_t npages) {
  const LockGuard guard(lock_, platform_->os);
  if (npages > most_pages()) return false;
  const Range added{span->range().end(), (npages - span->npages) * port::kPageSize};
  Span* follower = free_span_at(added.base);
  std::uint64_t there = follower != nullptr ? follower->bytes() : 0;
  while (there < added.size) {
    if (supply_.next() != added.base + there) return false;
    if (!grow(added.size - there)) return false;
    follower = free_span_at(added.base);
    // The system may have given the bytes elsewhere.
    if (follower == nullptr || follower->bytes() == there) return false;
    there = follower->bytes();
  }
  bool needs_zero = false;
  if (!prepare(follower->range(), added)) return false;
  if (!hand_out(added, &needs_zero)) return false;
  const Range rest = behind(follower->range(), added);
  free_.remove(follower);
  if (rest.is_empty()) {
    drop(follower);
  } else {
    add_free(follower, rest, follower->unused_since);
  }
  pages_of(span->state.load(std::memory_order_relaxed)) += count_of(added);
  span->npages = npages;
  span->needs_zero = span->needs_zero || needs_zero;
  map_.set_spans(added, span);
  return true;
}

[[gnu::cold]] bool PageHeap::truncate(Span* span, std::uint64_t npages) {
  const std::uint64_t now = platform_->os.monotonic_nanoseconds();
  const LockGuard guard(lock_, platform_->os);
  const Address end = span->base + npages * port::kPageSize;
  const Range cut{end, span->range().end() - end};
  if (!prepare_cut(end)) return false;
  Range tail = cut;
  Span* follower = free_span_at(cut.end());
  if (follower != nullptr) {
    tail.size += follower->bytes();
    free_.remove(follower);
  } else {
    follower = new_span();
    if (follower == nullptr) return false;
  }
  pages_of(span->state.load(std::memory_order_relaxed)) -= count_of(cut);
  span->npages = npages;
  if (span->has_records) map_.set_records(cut, PageRecord());
  map_.clear_spans(*span, cut);
  add_free(follower, tail, now);
  if (has_bound_) keep_to_bound(cut, tail);
  return true;
}

[[gnu::cold]] void PageHeap::expect_copy(Range to, Range from) {
  if (options_.huge_pages != HugePages::kWhereFull) return;
  {
    const LockGuard guard(lock_, platform_->os);
    const Span* const span = map_.span_of(to.base);
    const std::uint64_t least = mapped_pages_ * port::kPageSize / policy::kHugeCopyFraction;
    if (span == nullptr || span->needs_zero || to.size < std::max(policy::kHugeCopy, least)) return;
  }
  to = units_in(to);
  from = units_in(from);
  if (to.is_empty() || from.is_empty()) return;
  os::Os& os = platform_->os;
  const std::optional<std::uint64_t> there = os.resident(from.base, from.size);
  if (!there.has_value() || *there < from.size - from.size / policy::kHugeCopyHoles) return;
  (void)os.wish_huge_pages(to.base, to.size, os::HugePages::kWanted);
}

// --- Figures. ---

[[gnu::cold]] PageStatistics PageHeap::statistics() {
  const LockGuard guard(lock_, platform_->os);
  return statistics_locked();
}

[[gnu::cold]] PageStatistics PageHeap::statistics_locked() const {
  PageStatistics result;
  result.mapped = mapped_pages_ * port::kPageSize;
  result.objects = object_pages_ * port::kPageSize;
  result.stacks = stack_pages_ * port::kPageSize;
  result.idle = result.mapped - result.objects - result.stacks;
  result.fresh = fresh_pages_ * port::kPageSize;
  result.released = released_pages_ * port::kPageSize;
  result.spans_in_use = spans_in_use_;
  result.span_record_bytes = spans_.in_use_bytes();
  return result;
}

[[gnu::cold]] Line PageHeap::last_failure() {
  const LockGuard guard(lock_, platform_->os);
  return *failure_;
}

}  // namespace Atoll::pages
