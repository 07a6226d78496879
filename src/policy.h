// The tuning numbers of the core, each with its unit, its reason and, where there is one, the row
// of docs/BENCHMARKS.md that it was tuned on, or that shows it. What Go's sources say about a port
// is not here but in src/port, and does not change. Whoever vendors the core changes a number here
// and nowhere else.
//
// "malloc's heap" is the heap behind malloc(); what is said of it is the default of an option,
// which other heaps leave off or set lower (src/heap/options.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace Atoll::policy {

inline constexpr std::uint64_t kKiB = std::uint64_t{1} << 10;
inline constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
inline constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// A number of objects of one class: as many as `bytes` are, within bounds.
struct ObjectBudget {
  std::int32_t bytes;
  std::int32_t fewest;  // objects
  std::int32_t most;
};

// --- Locks. ---

// How often a thread looks at a lock before it asks the system to sleep: the sections under a
// heap's locks are short, and most end sooner than a system call would. Rows: both-ways, larson.
inline constexpr int kLockLooks = 2000;

// --- Records. ---

// Spans that the first segment of the table of spans has room for; each next segment has room for
// twice as many. A small heap needs no second one. Row: start.
inline constexpr std::uint64_t kFirstSpans = 64;
// How often a reservation at a multiple is tried again where the system releases no parts of it,
// and somebody else may take the place meanwhile: as often as Go does. No row: it hardly ever
// happens twice.
inline constexpr int kMostReservations = 100;

// --- Objects that become larger or smaller. ---

// An object of a size class stays where it is as long as more than this fraction of its room is
// used. Row: realloc-small.
inline constexpr std::size_t kStaysFraction = 2;
// Bytes of a larger object that are looked at at a time when it is copied: what is zero on both
// sides is not written, so that pages that nobody touched stay so. A page of most hardware. Row:
// realloc-large; its peak memory.
inline constexpr std::size_t kCopyStep = 4 * kKiB;

// --- A thread's lists of free objects. ---

// A transfer batch: what a cache gathers of other threads' objects before it passes them on, and
// the most that a refill takes. It has neither many objects nor many bytes. Rows: one-way,
// both-ways.
inline constexpr ObjectBudget kBatch = {.bytes = 8 << 10, .fewest = 1, .most = 64};

// The first refill of a class takes this much, and each next one twice as much, up to the second: a
// class that is seldom used touches little memory. Rows: threads, batch-64; tests/fidelity's
// resident memory.
inline constexpr std::int32_t kFirstRefillBytes = 1 << 10;
inline constexpr std::int32_t kFirstRefillObjects = 8;
inline constexpr std::int32_t kMostRefillBytes = 4 << 10;

// What a list may have on its own account, before it asks for a share of what all lists together
// may have. Rows: mixed-256, trees.
inline constexpr ObjectBudget kOwnList = {.bytes = 32 << 10, .fewest = 2, .most = 256};
// The longest list, with such a share. Rows: fifo-100k, lifo-100k.
inline constexpr ObjectBudget kLongestList = {.bytes = 4 << 20, .fewest = 16, .most = 1 << 20};
// What all lists together may have beyond their own account, in bytes, by default; and of malloc's
// heap. Rows: fifo-100k, random-100k; their peak memory.
inline constexpr std::size_t kMostListed = std::size_t{1} << 20;
inline constexpr std::size_t kMostListedOfMalloc = std::size_t{32} << 20;

// Objects that lists give up at a time, when the thread needs memory for something else: so that no
// call takes long. Row: trees (the slowest call).
inline constexpr std::int32_t kMostGivenUp = 2048;
// A list is counted again after this many frees at least, where there are few caches. Row: pair-64.
inline constexpr std::int32_t kFewestGranted = 32;
// A cache reads the clock once for this many counts of its lists, to find lists that are not used.
// Row: pair-64.
inline constexpr unsigned kCountsPerLook = 16;

// --- Many threads. ---

// What each cache may keep on its own account is halved from the 17th cache on, again from the
// 33rd, the 65th and so on, at most kMostHalvings times: all of them together keep no more than the
// first 16, and half as much again for every doubling of their number. Row: threads.
inline constexpr std::uint32_t kManyCaches = 16;
inline constexpr unsigned kMostHalvings = 10;
// What all lists share (kMostListed) is halved once for so many of these halvings: many caches
// sleep more of the time, and what they sleep on is of no use to others, though not in the same
// measure. Measured with 300 idle threads (docs/FACES.md).
inline constexpr unsigned kHalvingsPerShare = 2;
// From that many halvings on (more than 32 caches) a cache takes no span of a class until it has
// used the class so often, in allocations and frees: it takes objects one by one, of spans that all
// share, because most threads use most classes less than that, and a span of its own costs each a
// page. Measured with 300 idle threads, and with 800 (docs/FACES.md).
inline constexpr unsigned kTrialHalvings = 2;
inline constexpr std::uint64_t kTrialUses = 64;
// Until then its list keeps so few objects: a page goes back to the system only when none of its
// objects is in use or on the list of a thread that sleeps. Without any, threads that free what
// they have just allocated take twice as long.
inline constexpr ObjectBudget kOnTrial = {.bytes = 512, .fewest = 0, .most = 1};

// --- What caches hold of spans. ---

// Bytes of spans of one class that a cache holds: what is free in them is of no use to other
// threads. Rows: random-100k-2t, larson.
inline constexpr std::uint64_t kMostHeldBytes = 4 * kMiB;
// Free objects that threads pass on to each other by way of the central list, without their spans'
// bits: as objects in all, and below as a number of batches. Rows: one-way, both-ways.
inline constexpr ObjectBudget kPassedOn = {.bytes = 256 << 10, .fewest = 8, .most = 2048};
inline constexpr std::size_t kMostBatchesPassedOn = 8;
// Bytes of empty spans that each thread of malloc's heap keeps for what it allocates next. Rows:
// large-sparse, calloc-large.
inline constexpr std::uint64_t kMostStockedOfMalloc = 512 * kKiB;
// The stock takes no span that is longer than this fraction of its bound: such a span is worth
// asking the page heap for, and would leave little room for others. Row: large-sparse.
inline constexpr std::uint64_t kStockedFraction = 8;
// In pages: spans of the stock that are shorter have a list for each length, and longer ones share
// one, which is searched. All spans of size classes are shorter. Row: large-sparse.
inline constexpr std::size_t kStockLists = 16;

// --- Pages that are kept. For heaps that are bounded, as malloc's is. ---

// The heap gives memory back before it holds more than was ever in use at a time, plus this
// fraction of it, plus this many bytes. Rows: fragmentation, strings; their peak memory.
inline constexpr std::uint64_t kIdleFraction = 8;
inline constexpr std::uint64_t kIdleBytes = 4 * kMiB;
// Bytes that it then gives back beyond what it must, so that the next spans need not make it do the
// same again. Row: fragmentation.
inline constexpr std::uint64_t kIdleSurplus = kIdleBytes / 2;
// A larger fraction before a span of so many bytes gets memory: a program that replaces long spans
// at random then finds most of its next one resident, and page faults are most of its time. Row:
// large-churn (with an eighth it has 2.8 times as many faults, and the same peak).
inline constexpr std::uint64_t kLong = kMiB;
inline constexpr std::uint64_t kIdleFractionForLong = 4;
// Of longer free spans the heap does not know how much was ever written to. The newest stay as they
// are; of older ones the heap asks the system whether they hold memory, and gives those back at
// once that do not: others would become resident elsewhere, page by page. In bytes: from what
// length on, and how much of the newest stays. Rows: large-written-64m, large-churn, large-touched,
// large-sparse.
inline constexpr std::uint64_t kOversize = 8 * kMiB;
inline constexpr std::uint64_t kNewestOversize = 64 * kMiB;
// The heap asks about that many pieces of such a span, of so many bytes each: on Linux that takes
// 4 microseconds. It counts as resident if this share of them is. Row: large-churn.
inline constexpr std::uint64_t kAskedPieces = 4;
inline constexpr std::uint64_t kAskedPiece = 256 * kKiB;
inline constexpr std::uint64_t kResidentQuarters = 3;
// Of so many spans at most: they are looked through whenever pages become free or are taken. Row:
// large-touched, which has 8 live blocks.
inline constexpr std::size_t kMostNewestOversize = 8;
// How often within its delay the scavenger looks for pages that are idle, when pages become free:
// more often would cost time and find little, and less often would give memory back late. No row
// waits for it.
inline constexpr std::uint64_t kLooksPerDelay = 2;
// The delay of malloc's heap, in nanoseconds: long beside the time in which a program that is busy
// wants freed memory again, and short beside the time for which an idle one sleeps. Row:
// fragmentation, which waits; its idle memory.
inline constexpr std::uint64_t kScavengeDelayOfMalloc = 1'000'000'000;

// --- How a sparing heap takes memory from the system, as malloc's does (src/pages/sparing.h). ---

// The least that is mapped at once, so that a heap that grows makes few calls. Below 2 MiB: a huge
// page behind it would cost a small program more than all the rest. Row: start.
inline constexpr std::uint64_t kLeastStep = kMiB;
// Larger heaps take this fraction of what they have.
inline constexpr std::uint64_t kStepFraction = 8;
// Bytes of a chunk of the heap's own records, and from what size on a record is a call of its own:
// one chunk has all that a small heap needs, so that it asks the system once. Other heaps have Go's
// sizes. Row: start.
inline constexpr std::uint64_t kRecordChunk = 512 * kKiB;
inline constexpr std::uint64_t kDirectRecord = 256 * kKiB;
// What a reservation is a multiple of, if nothing larger can be had: the largest granularity that a
// system has (Windows).
inline constexpr std::uint64_t kLeastReservation = 64 * kKiB;
// Smaller arenas are steps themselves.
inline constexpr std::uint64_t kMostWholeArena = 4 * kMiB;
// Go's pages whose bits of objects and marks are one record, made with the first span among them.
// Row: start.
inline constexpr std::uint64_t kBitGroupPages = 128;
// A table of the arena map covers 2 to this power arenas (of 64 MiB: 1 TiB), not all there are.
// Row: start.
inline constexpr unsigned kSparingL2Bits = 14;
// If at least this many arenas come at once, those that are alike have no records of their own:
// fewer save little, and most heaps never have as many. Measured with a block of 8 GiB
// (docs/FACES.md).
inline constexpr std::uint64_t kLeastAlike = 4;
// The first window of records is of so many arenas; the next is larger by this factor, and so on.
// Rows: pair-64, start.
inline constexpr std::uint64_t kFirstWindowArenas = 4;
inline constexpr std::uint64_t kWindowGrowth = 16;
// Every window that was made has to be kept up to date, so there are no more than so many: one more
// than it takes to cover kWindowOfMalloc. Rows: pair-64, start.
inline constexpr std::size_t kMostWindows = 4;
// Bytes of address space that malloc's heap has such windows for, where a table that is not touched
// costs nothing.
inline constexpr std::uint64_t kWindowOfMalloc = 64 * kGiB;

// --- Beside the heap of malloc(). ---

// Blocks for calls of malloc() by a thread that is inside of the heap already
// (src/malloc/inner_supply.h), by size in bytes and by number: enough for what some threads at a
// time want to note down, and for the buffers of a few files. The page that is touched first is all
// that becomes resident. Row: start.
struct BlockCount {
  std::size_t size;
  std::size_t count;
};
inline constexpr std::array<BlockCount, 6> kInnerBlocks = {
    {{64, 512}, {256, 256}, {1 * kKiB, 128}, {4 * kKiB, 32}, {16 * kKiB, 8}, {128 * kKiB, 2}}};

// Frames of the call stack of a sample of the heap profile: deeper ones are cut off at the
// callers' end.
inline constexpr std::size_t kMostFrames = 64;
// Chains of the profile's table of call stacks, which is made with the first sample: a program has
// some thousand call stacks that allocate, seldom more.
inline constexpr std::size_t kProfileChains = 8192;

}  // namespace Atoll::policy
