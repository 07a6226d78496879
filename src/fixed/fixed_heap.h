// A heap that lives inside of buffers: for firmware, 16 KiB and more.
//
//   static unsigned char ram[64 << 10] __attribute__((aligned(8)));
//   Atoll::FixedHeap* const heap = Atoll::FixedHeap::make(ram, sizeof ram);
//   void* const p = heap->allocate(100);
//   heap->free(p);
//
// It calls nothing, needs <stddef.h> and <stdint.h> of the language and nothing else, and stores
// nothing in or before a block: each costs its size, rounded up to 8 bytes and at least 16 (24 with
// indices of 32 bits), and one bit for every 8 bytes. Besides, a buffer holds one FixedHeap (104
// bytes on 32-bit processors).
//
// Time, where L is the number of binary digits of the longest buffer's length in pages of 8 bytes
// (13 for 64 KiB, at most 16 with indices of 16 bits), and R the number of buffers:
//   allocate()    O(R * L). It takes a shortest free span that is long enough. One shorter than 256
//                 bytes is found in O(1), a longer one in at most 2 L steps of some ten
//                 instructions in a tree, and as many for what is left of it.
//   free()        O(R + L + size / 256). The last is the search for the block's end in the bits.
//   reallocate()  both, and a copy if the block moves.
// Nothing depends on how many blocks there are, or on what was done before. What walks all blocks
// says so: O(bytes of all buffers / 256 + blocks).
//
// Null comes back exactly if no free span of any buffer is long enough, or the size is 0. Blocks
// are at multiples of 8.
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

// What no correct program does. The words are the big heap's (src/base/corruption.h).
enum class FixedMisuse : unsigned char {
  kNone,        // a block in use: ""
  kForeign,     // "free of a pointer that is not the heap's"
  kInside,      // "free of a pointer inside of an object"
  kDoubleFree,  // "double free"
};
// The words above; never null.
const char* explain(FixedMisuse misuse);

// Called with the bad pointer, between enter() and leave(); misuse_of() tells what is wrong with
// it. If it returns, the call that was given the pointer is without effect, and returns null or 0.
using FixedMisuseHandler = void (*)(void* context, const void* pointer);

// Bytes, but where a comment says otherwise.
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

  // A heap at the beginning of the buffer, which is its from now on. Null, with the buffer as it
  // was, if that is null, not at a multiple of 8, too small, larger than the index reaches, or
  // reaches beyond the end of the address space; then `why`, if there is one, tells which.
  static BasicFixedHeap* make(void* buffer, size_t size, const char** why = nullptr);
  // One more, taken when those before it are full. Null: done; else why not, also if it overlaps
  // one that the heap has.
  const char* add(void* buffer, size_t size);
  // As it was after make() and add(): every block is gone.
  void reset();

  // Null: misuse is a trap instruction, the default.
  void on_misuse(FixedMisuseHandler handler, void* context);

  // --- Blocks. ---

  // At least `size` bytes, not zeroed. size 0: null.
  void* allocate(size_t size);
  void* allocate_zeroed(size_t size);
  // At a multiple of `alignment`, a power of two (else null). Needs a free span of size + alignment
  // - 8 bytes; what it does not use stays free.
  void* allocate_aligned(size_t alignment, size_t size);

  // Null is ignored.
  void free(void* p);

  // As C's realloc: keeps the contents up to the smaller size; null and unchanged if there is no
  // memory. Grows where it is if what follows is free, moves otherwise, towards the buffer's
  // beginning over free memory if there is no other. A smaller size never fails, and gives the rest
  // back. reallocate(nullptr, n) allocates; size 0 frees and returns null.
  void* reallocate(void* p, size_t size);

  // Bytes that may be used from `p`, a block in use.
  size_t usable_size(const void* p);
  // Whether `p` is a block in use.
  bool owns(const void* p);
  // What free() would report. The rest of a block that shrank, or of a neighbour, is free too.
  // O(the distance to the span's beginning).
  FixedMisuse misuse_of(const void* p);
  // With Options::kOwners: what owner() answered when the block was allocated.
  uint32_t owner_of(const void* p);

  // --- All of them. O(bytes / 256 + blocks). ---

  // Calls function(context, block, usable size) for each in use, buffer by buffer in the order of
  // their addresses. It must not call the heap, but for owner_of().
  void for_each_block(void (*function)(void* context, void* block, size_t size), void* context);
  FixedStatistics statistics();
  // Every invariant. Null: all hold; else the words of the first that does not.
  const char* check();

 private:
  using Index = typename Options::Index;
  using FreeSpans = fixed::FreeSpans<Index>;
  using PageBits = fixed::PageBits;

  // While there is one.
  struct Entry {
    Entry() { Options::enter(); }
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;
    ~Entry() { Options::leave(); }
  };

  enum : size_t {
    kPageSize = FreeSpans::kPageSize,
    kShortest = FreeSpans::kShortest,  // pages of a block
    kOwnerSize = Options::kOwners != 0 ? sizeof(uint32_t) : 0,
  };

  // Each buffer begins with one of these, and its bits and pages follow. The first is the heap.
  BasicFixedHeap* next_;
  FreeSpans spans_;
  // The first one's are of all.
  size_t in_use_;  // pages
  size_t peak_;
  size_t failures_;
  FixedMisuseHandler handler_;
  void* context_;

  ATOLL_FIXED_INLINE PageBits bits() const {
    return PageBits(reinterpret_cast<uint32_t*>(const_cast<BasicFixedHeap*>(this) + 1));
  }

  // buffers_inl.h
  // Of `count` pages and their bits.
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

  // Of blocks of any type.
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
