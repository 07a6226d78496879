// A heap inside of buffers that the program gives it: for firmware, with 16 KiB and more.
//
//   static unsigned char ram[64 << 10] __attribute__((aligned(8)));
//   Atoll::FixedHeap* const heap = Atoll::FixedHeap::make(ram, sizeof ram);
//   void* const p = heap->allocate(100);
//   heap->free(p);
//
// The heap calls no other code, needs only the language's <stddef.h> and <stdint.h>, and stores
// nothing in a block in use or in front of it. A block takes its size, rounded up to a multiple of
// 8 and to at least 16 bytes (24 with indices of 32 bits), and one bit for every 8 bytes. In
// addition, each buffer begins with one FixedHeap (104 bytes on 32-bit processors).
//
// These are the times, where L is the number of binary digits of the longest buffer's length in
// pages of 8 bytes (13 for 64 KiB, at most 16 with 16-bit indices), and R the number of buffers:
//   allocate()    O(R * L). It takes a shortest free span that is long enough. It finds a span of
//                 less than 256 bytes in O(1), and a longer one in a tree, in at most 2 L steps of
//                 some ten instructions. It takes as many steps to keep the rest of that span.
//   free()        O(R + L + size / 256). The last term is the search for the block's end.
//   reallocate()  both of these, and a copy if the block moves.
// No time depends on the number of blocks, or on earlier calls, except where a comment says that a
// function walks all blocks: that takes O(bytes of all buffers / 256 + blocks).
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
    : fixed::QuickLists<typename Options::Index,
                        fixed::FreeSpans<typename Options::Index>::kShortest,
                        Options::kQuickLengths, Options::kQuickMost> {
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
    kShortest = FreeSpans::kShortest,  // the fewest pages of a block
    kOwnerSize = Options::kOwners != 0 ? sizeof(uint32_t) : 0,
  };

  // Each buffer begins with a BasicFixedHeap; its bits and its pages follow. The one of the first
  // buffer is the heap.
  BasicFixedHeap* next_;
  FreeSpans spans_;
  // Only the heap's are used, for all buffers.
  size_t in_use_;  // pages
  size_t peak_;
  size_t failures_;
  FixedMisuseHandler handler_;
  void* context_;

  ATOLL_FIXED_INLINE PageBits bits() const {
    return PageBits(reinterpret_cast<uint32_t*>(const_cast<BasicFixedHeap*>(this) + 1));
  }

  // buffers_inl.h
  // The bytes of `count` pages and their bits.
  static size_t bytes_of(size_t count) {
    return PageBits::words_for(count) * sizeof(uint32_t) + count * kPageSize;
  }
  static size_t pages_in(size_t size);
  static const char* problem(const void* buffer, size_t size);
  void init(size_t count);
  bool overlaps(const void* buffer, size_t size) const;

  // spans_inl.h
  ATOLL_FIXED_INLINE bool is_free(size_t i) const;
  ATOLL_FIXED_INLINE size_t free_length(size_t i) const;
  ATOLL_FIXED_INLINE size_t used_length(size_t i, size_t* before) const;
  size_t span_length(size_t i) const;
  ATOLL_FIXED_INLINE void* begin(size_t i, size_t n);
  __attribute__((noinline)) void annex(size_t i, size_t n, size_t second);
  __attribute__((noinline)) void give(size_t i, size_t n, size_t before);
  void cut(size_t i, size_t n);

  // fixed_heap_inl.h
  static ATOLL_FIXED_INLINE size_t pages_for(size_t size);
  ATOLL_FIXED_INLINE void count(size_t n);
  bool flush();
  __attribute__((noinline)) void* allocate_pages(BasicFixedHeap* heap, size_t n);
  __attribute__((noinline)) void* allocate_behind(BasicFixedHeap* r, size_t n);
  static ATOLL_FIXED_INLINE void finish(void* p, size_t size);
  ATOLL_FIXED_INLINE BasicFixedHeap* region_of(const void* p, size_t* page);
  size_t length_of(const void* p);
  __attribute__((noinline)) void free_inside(void* p);
  __attribute__((noinline)) void report(const void* p);
  ATOLL_FIXED_INLINE void* grow(BasicFixedHeap* r, size_t i, size_t length, size_t n);

  // May alias, because a block may hold objects of any type.
  using Word __attribute__((may_alias)) = uint32_t;
  static Word& owner_word(void* p, size_t pages);
  __attribute__((noinline)) static void copy(void* to, const void* from, size_t pages);
  static void fill(void* p, size_t pages, uint32_t word);

  // whole_heap_inl.h
  const char* check_region(size_t* in_use);
  const char* check_free(size_t i, size_t n);
};

using FixedHeap = BasicFixedHeap<FixedOptions>;
using LargeFixedHeap = BasicFixedHeap<LargeFixedOptions>;

}  // namespace Atoll

#include "src/fixed/buffers_inl.h"
#include "src/fixed/fixed_heap_inl.h"
#include "src/fixed/spans_inl.h"
#include "src/fixed/whole_heap_inl.h"
