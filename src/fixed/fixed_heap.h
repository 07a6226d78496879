// A heap inside of buffers that the program gives it: for firmware, with 16 KiB and more.
//
//   static unsigned char ram[64 << 10] __attribute__((aligned(8)));
//   Atoll::FixedHeap* const heap = Atoll::FixedHeap::make(ram, sizeof ram);
//   void* const p = heap->allocate(100);
//   heap->free(p);
//
// The heap calls no other code, needs only the language's <stddef.h> and <stdint.h>, and stores
// nothing in a block in use or in front of it. A block takes its size, rounded up to a multiple of
// 8 and to at least 16 bytes, and one bit for every 8 bytes. In addition, each buffer begins with
// one FixedHeap (96 bytes on 32-bit processors).
//
// These are the times, where n is the size of a request or a block, and R the number of buffers:
//   allocate()    O(R + n / 256). It takes the shortest free span that is long enough, if that has
//                 less than 128 bytes. Otherwise it takes the shortest of up to five spans of about
//                 the right length. Only if no longer span is free, it looks at all of this length:
//                 at most 1.25 times (size of the buffer) / n, where n counts as 1,536 if it is
//                 more, each in some ten instructions.
//   free()        O(R + n / 256). The last term is for the block's bits.
//   reallocate()  both of these, and a copy if the block moves.
// Except for what is told above, no time depends on the number of blocks, or on earlier calls.
// Functions that walk all blocks say so. They take O(bytes of all buffers / 8).
//
// allocate() returns null exactly if no free span of any buffer is long enough, or the size is 0.
// Blocks are at multiples of 8.
//
// Not thread-safe, unless FixedOptions::enter() and leave() make it so.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "src/fixed/free_spans.h"
#include "src/fixed/options.h"
#include "src/fixed/page_bits.h"
#include "src/fixed/quick_lists.h"

namespace Atoll {

// Errors of the program that the heap notices, in the words of Atoll::Heap (src/base/corruption.h).
enum class FixedMisuse : unsigned char {
  kNone,        // a block in use: ""
  kForeign,     // "free of a pointer that is not the heap's"
  kInside,      // "free of a pointer inside of an object"
  kDoubleFree,  // "double free"
};
// The words above; never null.
const char* explain(FixedMisuse misuse);

// The heap calls this with the bad pointer, between enter() and leave(); misuse_of() tells what is
// wrong with it. If the handler returns, the call that was given the pointer has no effect, and
// returns null or 0.
using FixedMisuseHandler = void (*)(void* context, const void* pointer);

// In bytes, where a comment does not say otherwise.
struct FixedStatistics {
  size_t sys;              // of all buffers
  size_t alloc;            // usable ones, of blocks in use
  size_t peak_alloc;       // the most that `alloc` has been
  size_t heap_objects;     // number of blocks in use
  size_t heap_idle;        // free
  size_t largest_free;     // the largest size that allocate() can serve now
  size_t failures;         // number of requests that found no memory
  unsigned fragmentation;  // percent of heap_idle that are not in the largest free span
};

template <class Options>
class alignas(8) BasicFixedHeap
    : fixed::FreeSpans<typename Options::Index>,
      fixed::QuickLists<typename Options::Index, Options::kQuickLengths, Options::kQuickMost> {
 public:
  // --- Buffers. ---

  // Makes a heap at the beginning of the buffer, which belongs to the heap from now on. Returns
  // null, and leaves the buffer as it is, if that is null, not at a multiple of 8, too small,
  // larger than the index reaches, or reaches beyond the end of the address space. Sets `*why` to
  // the reason, or to null if it made the heap; `why` itself may be null.
  static BasicFixedHeap* make(void* buffer, size_t size, const char** why = nullptr);
  // Adds a buffer, which the heap uses where those before it have no room. Returns null, or the
  // reason why it did not: one of those above, or that the buffer overlaps one that the heap has.
  const char* add(void* buffer, size_t size);
  // Frees all blocks: the heap is as it was after make() and add().
  void reset();

  // With null, the default, misuse executes a trap instruction.
  void on_misuse(FixedMisuseHandler handler, void* context);

  // --- Blocks. ---

  // At least `size` bytes, not zeroed. size 0: null.
  void* allocate(size_t size);
  void* allocate_zeroed(size_t size);
  // At a multiple of `alignment`, which is a power of two (otherwise the result is null). This
  // needs a free span of size + alignment - 8 bytes; what the block does not use stays free.
  void* allocate_aligned(size_t alignment, size_t size);

  // Ignores null.
  void free(void* p);

  // Like C's realloc(): keeps the contents, up to the smaller size. If there is no memory, returns
  // null, and the block stays as it is. A block grows where it is if enough memory behind it is
  // free. Otherwise it moves to a free span, or if none is long enough, over free memory in front
  // of it. Shrinking never fails, and frees the rest. reallocate(nullptr, n) allocates; with size 0
  // it frees the block and returns null.
  void* reallocate(void* p, size_t size);

  // How many bytes of the block `p` may be used.
  size_t usable_size(const void* p);
  // Whether `p` is a block in use.
  bool owns(const void* p);
  // What free() would report: a double free for any pointer into a free span, also where that was
  // never a block's beginning. O(the distance to the span's beginning).
  FixedMisuse misuse_of(const void* p);
  // With Options::kOwners: what owner() returned when the block was allocated.
  uint32_t owner_of(const void* p);

  // --- All blocks. These functions walk them. ---

  // Calls function(context, block, usable size) for each block in use, buffer by buffer, in the
  // order of addresses. Of the heap, the function may only call owner_of().
  void for_each_block(void (*function)(void* context, void* block, size_t size), void* context);
  FixedStatistics statistics();
  // Checks every invariant. Returns null, or says which one does not hold.
  const char* check();

 private:
  using Index = typename Options::Index;
  using FreeSpans = fixed::FreeSpans<Index>;
  using QuickLists = fixed::QuickLists<Index, Options::kQuickLengths, Options::kQuickMost>;
  using PageBits = fixed::PageBits;

  // The time between enter() and leave().
  struct Entry {
    Entry() { Options::enter(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { Options::leave(); }
  };

  enum : size_t {
    kPageSize = FreeSpans::kPageSize,
    kShortest = FreeSpans::kShortest,                // the fewest pages of a block
    kTooMany = static_cast<size_t>(-1) / kPageSize,  // pages that no buffer has
    kOwnerSize = Options::kOwners != 0 ? sizeof(uint32_t) : 0,
  };

  // Each buffer begins with a BasicFixedHeap, in its page 0. The bits and the pages for blocks
  // follow. The one of the first buffer is the heap.
  BasicFixedHeap* next_;
  size_t end_;  // the number of pages
  // Only the heap's are used, for all buffers.
  size_t below_peak_;  // how many pages more have been in use
  size_t failures_;
  FixedMisuseHandler handler_;
  void* context_;

  ATOLL_FIXED_INLINE PageBits bits() const {
    return PageBits(reinterpret_cast<uint32_t*>(const_cast<BasicFixedHeap*>(this) + 1));
  }
  // The first page for blocks.
  static size_t first_page(size_t end) {
    return sizeof(BasicFixedHeap) / kPageSize + PageBits::words_for(end) / 2;
  }
  size_t first_page() const { return first_page(end_); }

  // buffers_inl.h
  static const char* problem(const void* buffer, size_t size);
  void init(size_t pages);
  bool overlaps(const void* buffer, size_t size) const;

  // spans_inl.h
  ATOLL_FIXED_INLINE bool is_free(size_t i) const;
  ATOLL_FIXED_INLINE size_t free_length(size_t i) const;
  ATOLL_FIXED_INLINE size_t free_length_before(size_t i) const;
  ATOLL_FIXED_INLINE bool is_block(size_t i, size_t* length) const;
  size_t span_length(size_t i) const;
  ATOLL_FIXED_INLINE void* begin(size_t i, size_t length, size_t n);
  ATOLL_FIXED_INLINE void merge(PageBits marks, size_t i, size_t n, bool is_free_behind);
  void give(size_t i, size_t n);

  // fixed_heap_inl.h
  static ATOLL_FIXED_INLINE size_t pages_for(size_t size);
  ATOLL_FIXED_INLINE void count(size_t n);
  bool flush();
  __attribute__((noinline)) void* allocate_pages(BasicFixedHeap* heap, size_t n);
  __attribute__((noinline)) void* allocate_behind(BasicFixedHeap* r, size_t n);
  static ATOLL_FIXED_INLINE void finish(void* p, size_t size);
  ATOLL_FIXED_INLINE BasicFixedHeap* region_of(const void* p, size_t* page);
  ATOLL_FIXED_INLINE BasicFixedHeap* find(const void* p, size_t* page, size_t* length);
  size_t length_of(const void* p);
  __attribute__((noinline)) void* change(void* p, size_t n);
  __attribute__((noinline)) void report(const void* p);
  __attribute__((noinline)) void* resize(BasicFixedHeap* r, size_t i, size_t length, size_t n);

  // May alias, because a block may hold objects of any type.
  using Word __attribute__((may_alias)) = uint32_t;
  static Word& owner_word(void* p, size_t pages);
  __attribute__((noinline)) static void copy(void* to, const void* from, size_t pages);
  static void fill(void* p, size_t pages, uint32_t word);

  // whole_heap_inl.h
  const char* check_region();
  const char* check_free(size_t i, size_t n);
};

using FixedHeap = BasicFixedHeap<FixedOptions>;
using LargeFixedHeap = BasicFixedHeap<LargeFixedOptions>;

}  // namespace Atoll

#include "src/fixed/buffers_inl.h"
#include "src/fixed/fixed_heap_inl.h"
#include "src/fixed/spans_inl.h"
#include "src/fixed/whole_heap_inl.h"
