// The tuning numbers of the core. Each has its unit, its reason and, where there is one, the row of
// docs/BENCHMARKS.md that it was tuned on or that shows its effect. What Go's sources say about a
// port is in src/port, and does not change. Whoever vendors the core changes numbers here and
// nowhere else. Where a comment says "this fraction", the number is the divisor: 8 means 1/8.
//
// "malloc's heap" is the heap behind malloc(). A number for it is the value that malloc's heap
// gives to an option; other heaps leave that option off or set it lower (src/heap/options.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace Atoll::policy {

inline constexpr std::uint64_t kKiB = std::uint64_t{1} << 10;
inline constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// A number of objects of one class: as many as fit into `bytes`, clamped to [fewest, most].
struct ObjectBudget {
  std::int32_t bytes;
  std::int32_t fewest;  // objects
  std::int32_t most;
};

// --- Locks. ---

// A thread looks at a lock this many times before it asks the system to sleep. The critical
// sections of a heap are short, and most end sooner than a system call would. Rows: both-ways,
// larson.
inline constexpr int kLockLooks = 2000;

// --- Records. ---

// The first segment of the table of spans has room for 2 to this power spans; each next segment has
// room for twice as many. A small heap needs no second one. Row: start.
inline constexpr unsigned kLogFirstSpans = 6;
// A system that cannot release parts of a reservation makes the heap try again to reserve at a
// multiple, because somebody else may take the place meanwhile. The heap tries this many times, as
// often as Go does. No row: it hardly ever needs a second try.
inline constexpr int kMostReservations = 100;

// --- Objects that become larger or smaller. ---

// An object of a size class stays where it is if the new size needs more than 1/kStaysFraction of
// its room. Row: realloc-small.
inline constexpr std::size_t kStaysFraction = 2;
// In bytes: the heap copies a larger object in steps of this size. It does not write a step that is
// zero on both sides, so that untouched pages stay untouched. This is the page size of most
// hardware. Row: realloc-large; its peak memory.
inline constexpr std::size_t kCopyStep = 4 * kKiB;

// --- A thread's lists of free objects. ---

// The size of a transfer batch: a cache gathers this many objects of other threads before it passes
// them on, and a refill takes at most this many. Both bytes and objects are bounded. Rows: one-way,
// both-ways.
inline constexpr ObjectBudget kBatch = {.bytes = 8 << 10, .fewest = 1, .most = 64};

// The first refill of a class takes kFirstRefill*, and each next one twice as much, up to
// kMostRefillBytes. So a class that is seldom used touches little memory. Rows: threads, batch-64;
// tests/fidelity's resident memory.
inline constexpr std::int32_t kFirstRefillBytes = 1 << 10;
inline constexpr std::int32_t kFirstRefillObjects = 8;
inline constexpr std::int32_t kMostRefillBytes = 4 << 10;

// A list may hold this much before it asks for a share of what all lists may hold together. Rows:
// mixed-256, trees.
inline constexpr ObjectBudget kOwnList = {.bytes = 32 << 10, .fewest = 2, .most = 256};
// The longest that a list becomes with such a share. Rows: fifo-100k, lifo-100k.
inline constexpr ObjectBudget kLongestList = {.bytes = 4 << 20, .fewest = 16, .most = 1 << 20};
// In bytes: all lists together may hold this much beyond kOwnList, by default and in malloc's heap.
// Rows: fifo-100k, random-100k; their peak memory.
inline constexpr std::size_t kMostListed = std::size_t{1} << 20;
inline constexpr std::size_t kMostListedOfMalloc = std::size_t{32} << 20;

// Lists give up this many objects at a time when the thread needs memory for something else, so
// that no call takes long. Row: trees (the slowest call).
inline constexpr std::int32_t kMostGivenUp = 2048;
// Where there are few caches, a cache counts a list again after at least this many frees. Row:
// pair-64.
inline constexpr std::int32_t kFewestGranted = 32;
// A cache reads the clock once in this many counts of its lists, to find unused lists. Row:
// pair-64.
inline constexpr unsigned kCountsPerLook = 16;

// --- Many threads. ---

// From the 17th cache on, each cache may keep half as much on its own account; the limit halves
// again at the 33rd, the 65th and so on, at most kMostHalvings times. So all caches together keep
// no more than the first 16, and half as much again for every doubling of their number. Row:
// threads.
inline constexpr std::uint32_t kManyCaches = 16;
inline constexpr unsigned kMostHalvings = 10;
// So many halvings at least from the moment on at which the system refuses memory: a list then
// keeps 2 KiB. With none, what three sleeping threads keep costs others a quarter of a limit of 64
// MiB (tests/malloc/preload/under_limits_test.sh).
inline constexpr unsigned kHalvingsWhenShort = 4;
// These halvings end when the heap has grown by this fraction of what it had when the system
// refused: there is memory again then, because a limit was raised or other processes need less.
inline constexpr std::uint64_t kGrowthAfterShortage = 4;
// What all lists share (kMostListed) is halved once in this many of the halvings above. Many caches
// sleep more of the time, and others cannot use the objects on their lists, but the waste grows
// more slowly than the number of caches. Measured with 300 idle threads (docs/FACES.md).
inline constexpr unsigned kHalvingsPerShare = 2;
// After kTrialHalvings halvings (more than 32 caches) a cache takes no span of a class until it has
// used the class kTrialUses times, by allocations and frees. Until then it takes objects one by
// one, from spans that all caches share: most threads use most classes less than that, and a span
// of its own would cost each thread a page. Measured with 300 and with 800 idle threads
// (docs/FACES.md).
inline constexpr unsigned kTrialHalvings = 2;
inline constexpr std::uint64_t kTrialUses = 64;
// A list on trial keeps this few objects: a page goes back to the system only when none of its
// objects is in use or on the list of a sleeping thread. With none at all, threads that free what
// they have just allocated take twice as long.
inline constexpr ObjectBudget kOnTrial = {.bytes = 512, .fewest = 0, .most = 1};

// --- What caches hold of spans. ---

// In bytes: a cache holds at most this much in spans of one class, because other threads cannot use
// the free objects in them. Rows: random-100k-2t, larson.
inline constexpr std::uint64_t kMostHeldBytes = 4 * kMiB;
// Threads pass at most this many free objects of a class to each other through the central list,
// without changing the bits of their spans; and at most this many batches. Rows: one-way,
// both-ways.
inline constexpr ObjectBudget kPassedOn = {.bytes = 256 << 10, .fewest = 8, .most = 2048};
inline constexpr std::size_t kMostBatchesPassedOn = 8;
// In bytes: each thread of malloc's heap keeps this much in empty spans for its next allocations.
// Rows: large-sparse, calloc-large.
inline constexpr std::uint64_t kMostStockedOfMalloc = 512 * kKiB;
// The stock takes no span longer than this fraction of its bound: such a span is worth a call of
// the page heap, and would leave little room for others. Row: large-sparse.
inline constexpr std::uint64_t kStockedFraction = 8;
// In pages: shorter spans of the stock have a list for each length, and longer ones share one list,
// which the stock searches. All spans of size classes are shorter. Row: large-sparse.
inline constexpr std::size_t kStockLists = 16;

// In bytes: all threads of malloc's heap together keep at most twice this much in large objects
// that they have freed and that any thread may take; each thread may keep its share. What a thread
// keeps for itself alone (kMostOwnLarge) is beside that. Rows: large-pair-64m, large-written-64m.
inline constexpr std::uint64_t kMostLargeCachedOfMalloc = 64 * kMiB;
// In bytes: a thread keeps large objects for itself alone, one of each length of up to 128 KiB, as
// long as these lengths together are no more than this. Rows: large-pair-64k, large-pair-128k;
// memory that threads hold while they sleep.
inline constexpr std::uint64_t kMostOwnLarge = 512 * kKiB;
// A thread keeps at most this fraction of its share of kMostLargeCachedOfMalloc so: what a thread
// opened places for when there were few, it keeps when there are many.
inline constexpr std::size_t kOwnLargeFraction = 16;
// When the bound is reached, a thread keeps no further length in this way until it has freed this
// many objects of lengths without a place. Then it gives up other lengths for the last of these.
inline constexpr unsigned kWantsPerOwnLarge = 64;
// In bytes: a thread that asks the page heap for pages keeps this much of its large objects, and
// gives them all back if it has more: they may serve this request, and the heap would grow else.
// Rows: large-churn, large-sparse; their peak memory.
inline constexpr std::uint64_t kMostCachedOverAsks = 512 * kKiB;
// Once in this many times that a thread asks the page heap, it gives back the large objects of all
// threads, since some of them may sleep.
inline constexpr unsigned kAsksPerGiveBack = 64;
// In bytes: it gives them back sooner when it has asked for about this much. A process that needs
// as much again as a sleeping thread has freed then has little more than it needs. Row:
// large-churn (one thread, so that nothing changes).
inline constexpr std::uint64_t kAskedPerGiveBack = 16 * kMiB;

// With the option keep=BYTES, all threads together keep at most this fraction of the bytes in large
// objects that they have freed, and never more than without the option; free pages of all threads
// may have the rest. No row: only for that option.
inline constexpr std::uint64_t kCachedShareOfKeep = 2;

// --- Huge pages, for heaps that ask for them where memory will be written in full. ---

// In bytes: from this length on a large object that moves has huge pages in its new place, if it
// has memory in the old one: at least one whole huge page lies in it. Row: realloc-large (0.59 of
// the page faults, 0.8 of the time, the same peak).
inline constexpr std::uint64_t kHugeCopy = 4 * kMiB;
// And if it has at least this fraction of the heap. Where neighbours differ in such a wish, the
// kernel has a mapping more, and a process may have 65,530: this fraction leaves some hundreds,
// however large the heap is.
inline constexpr std::uint64_t kHugeCopyFraction = 256;
// A copy counts as full if less than this fraction of the old place has no memory: no more than
// that becomes resident for nothing.
inline constexpr std::uint64_t kHugeCopyHoles = 32;

// --- Free pages that a heap keeps. For bounded heaps, such as malloc's. ---

// The heap releases memory before it holds more than its peak use plus this fraction of it plus
// this many bytes. Rows: fragmentation, strings; their peak memory.
inline constexpr std::uint64_t kIdleFraction = 8;
inline constexpr std::uint64_t kIdleBytes = 4 * kMiB;
// In bytes: the heap then releases this much more than it must, so that the next spans do not make
// it release again. Row: fragmentation.
inline constexpr std::uint64_t kIdleSurplus = kIdleBytes / 2;
// The fraction is larger before a span of at least kLong bytes gets memory. A program that replaces
// long spans at random then finds most of its next span resident; page faults are most of its time.
// Row: large-churn (an eighth costs 2.8 times as many faults, for the same peak).
inline constexpr std::uint64_t kLong = kMiB;
inline constexpr std::uint64_t kIdleFractionForLong = 4;
// For free spans of kOversize bytes or more the heap does not know how much was ever written. It
// leaves the newest kNewestOversize bytes of them alone. It asks the system whether older ones hold
// memory, and releases at once those that do not: a program that wrote to other parts of them would
// make those resident, page by page. Rows: large-written-64m, large-churn, large-touched,
// large-sparse (64, 128 and 256 MiB: 1.77, 1.49 and 1.04 of tcmalloc's time, and a peak of 11, 25
// and 84 MiB, where tcmalloc has 103 and the C library 27).
inline constexpr std::uint64_t kOversize = 8 * kMiB;
inline constexpr std::uint64_t kNewestOversize = 128 * kMiB;
// The heap asks about kAskedPieces pieces of such a span, each of kAskedPiece bytes; on Linux that
// takes 4 microseconds. The span counts as resident if at least kResidentQuarters quarters of these
// bytes are. Row: large-churn.
inline constexpr std::uint64_t kAskedPieces = 4;
inline constexpr std::uint64_t kAskedPiece = 256 * kKiB;
inline constexpr std::uint64_t kResidentQuarters = 3;
// At most this many spans count as newest, because the heap looks through them whenever pages
// become free or are taken. Row: large-touched, which has 8 live blocks.
inline constexpr std::size_t kMostNewestOversize = 8;
// The scavenger looks for idle pages this many times within its delay, when pages become free. More
// looks would cost time and find little; fewer would release memory late. No row waits for it.
inline constexpr std::uint64_t kLooksPerDelay = 2;
// In nanoseconds: the delay of malloc's heap. It is long compared to the time after which a busy
// program wants freed memory again, and short compared to the time for which an idle one sleeps.
// Row: fragmentation, which waits; its idle memory.
inline constexpr std::uint64_t kScavengeDelayOfMalloc = 1'000'000'000;

// --- How a sparing heap, such as malloc's, takes memory from the system (src/pages/sparing.h). ---

// In bytes: the heap maps at least this much at once, so that it grows with few calls. It is less
// than 2 MiB, because a huge page would cost a small program more than all the rest. Row: start.
inline constexpr std::uint64_t kLeastStep = kMiB;
// Larger heaps map this fraction of their size at once.
inline constexpr std::uint64_t kStepFraction = 8;
// In bytes: where every step of a heap shall have huge pages, steps are multiples of them, unless
// they are larger than this (arm64 with pages of 16 or 64 KiB has huge pages of 32 and 512 MiB): a
// small heap would take too much address space. Rows: none; only for huge_pages=always.
inline constexpr std::uint64_t kMostHugeStep = 4 * kMiB;
// In bytes: the size of a chunk for the heap's own records, and the size from which on a record
// gets a system call of its own. One chunk has room for all records of a small heap, so that the
// heap asks the system once. Other heaps use Go's sizes. Row: start.
inline constexpr std::uint64_t kRecordChunk = 512 * kKiB;
inline constexpr std::uint64_t kDirectRecord = 256 * kKiB;
// In bytes: reservations are multiples of this if the heap can get no larger one. It is the largest
// granularity of any system (Windows).
inline constexpr std::uint64_t kLeastReservation = 64 * kKiB;
// In bytes: arenas up to this size are mapped whole.
inline constexpr std::uint64_t kMostWholeArena = 4 * kMiB;
// One record holds the object and mark bits of 2 to this power of Go's pages. The heap makes it
// with the first span among them. Row: start.
inline constexpr unsigned kLogBitGroupPages = 7;
// A table of the arena map covers 2 to this power arenas (of 64 MiB: 1 TiB), not the whole address
// space. Row: start.
inline constexpr unsigned kSparingL2Bits = 14;
// If at least this many arenas come at once, those that are alike have no records of their own.
// Fewer would save little, and most heaps never have this many. Measured with a block of 8 GiB
// (docs/FACES.md).
inline constexpr std::uint64_t kLeastAlike = 4;
// The first window of records covers kFirstWindowArenas arenas, and each next one kWindowGrowth
// times as many. Rows: pair-64, start.
inline constexpr std::uint64_t kFirstWindowArenas = 4;
inline constexpr std::uint64_t kWindowGrowth = 16;
// The heap must keep every window up to date, so it makes at most this many: one more than it takes
// to cover kWindowOfMalloc. Rows: pair-64, start.
inline constexpr std::size_t kMostWindows = 4;
// In bytes: malloc's heap has windows for this much address space where an untouched table costs
// nothing.
inline constexpr std::uint64_t kWindowOfMalloc = 64 * kGiB;

// --- How a heap in a buffer takes memory (src/base/geometry.h). There every byte that is taken too
// early is missing elsewhere. Measured with os/fixed (docs/VENDORING.md). ---

// In bytes: the size of a chunk for the heap's own records, and the size from which on a record has
// pages of its own. A smaller chunk would waste more at its end; a larger one would be used later.
inline constexpr std::uint64_t kRecordChunkInBuffer = 8 * kKiB;
inline constexpr std::uint64_t kDirectRecordInBuffer = 4 * kKiB;
// In bytes: records of one kind are made together, as many as fit: 2 of spans on 64-bit processors.
inline constexpr std::uint64_t kFixedChunkInBuffer = 384;
// The first segment of the table of spans has room for 2 to this power spans.
inline constexpr unsigned kLogFirstSpansInBuffer = 5;
// In bytes: the heap takes at least this much at once, a page. Pages that nobody needs yet may be
// missing for records at the end.
inline constexpr std::uint64_t kStepInBuffer = 8 * kKiB;
// One record holds the bits of 2 to this power pages.
inline constexpr unsigned kLogBitGroupPagesInBuffer = 1;

// --- Beside the heap of malloc(). ---

// Blocks that serve malloc() calls of a thread that is already inside of the heap
// (src/malloc/inner_supply.h), by size in bytes and by number. They are enough for the notes that a
// few threads take at a time, and for the buffers of a few files. Only pages that are touched
// become resident. Row: start.
struct BlockCount {
  std::size_t size;
  std::size_t count;
};
inline constexpr std::array<BlockCount, 6> kInnerBlocks = {
    {{64, 512}, {256, 256}, {1 * kKiB, 128}, {4 * kKiB, 32}, {16 * kKiB, 8}, {128 * kKiB, 2}}};

// A sample of the heap profile has at most this many frames of the call stack; deeper stacks lose
// their outermost callers.
inline constexpr std::size_t kMostFrames = 64;
// Hash chains of the profile's table of call stacks, which the first sample creates. A program
// typically allocates from at most some thousand call stacks.
inline constexpr std::size_t kProfileChains = 8192;

}  // namespace Atoll::policy
