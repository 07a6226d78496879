// How BasicFixedHeap allocates and frees. Only fixed_heap.h includes it.
#pragma once

namespace Atoll {

// --- Allocating. ---

// For size 0, and for sizes that are too large for any buffer, the result is more than all pages.
template <class Options>
size_t BasicFixedHeap<Options>::pages_for(size_t size) {
  const size_t n = (size + kOwnerSize - 1) / kPageSize + 1;
  if (kOwnerSize != 0 && size - 1 > size + kOwnerSize - 1) return kTooMany;
  return n < kShortest ? kShortest : n;
}

// Frees the blocks on the quick lists. False: there were none.
template <class Options>
bool BasicFixedHeap<Options>::flush() {
  bool any = false;
  for (size_t n = kShortest; n < size_t{kShortest} + Options::kQuickLengths; ++n) {
    while (const size_t i = QuickLists::take(this->address(0), n)) {
      give(i, n);
      any = true;
    }
  }
  return any;
}

// `n` pages more are in use. (For fewer, the number wraps.)
template <class Options>
void BasicFixedHeap<Options>::count(size_t n) {
  const size_t below = below_peak_ - n;
  below_peak_ = below > static_cast<size_t>(-1) / 2 ? 0 : below;
}

// `n` pages of this buffer or of those after it, counted in `heap`; null: there are none.
template <class Options>
void* BasicFixedHeap<Options>::allocate_pages(BasicFixedHeap* heap, size_t n) {
  size_t i = 0;
  size_t length = this->shortest(n);
  if (length < FreeSpans::kExact) {
    i = this->take_short(length);
  } else {
    i = FreeSpans::take(n);
    if (i == 0) return heap->allocate_behind(this, n);
    length = this->length(i);
  }
  heap->count(n);
  return begin(i, length, n);
}

// The same, where the buffer `r` has none.
template <class Options>
void* BasicFixedHeap<Options>::allocate_behind(BasicFixedHeap* r, size_t n) {
  if (r->next_ != nullptr) return r->next_->allocate_pages(this, n);
  if (flush()) return allocate_pages(this, n);
  ++failures_;
  return nullptr;
}

// Does what the options want to be done to a new block of `size` bytes.
template <class Options>
void BasicFixedHeap<Options>::finish(void* p, size_t size) {
  if (p == nullptr) return;
  const size_t n = pages_for(size);
  if (Options::kFill != 0) fill(p, n, Options::kFresh);
  if (Options::kOwners != 0) owner_word(p, n) = Options::owner();
}

template <class Options>
void* BasicFixedHeap<Options>::allocate(size_t size) {
  const Entry entry;
  const size_t n = pages_for(size);
  const size_t quick = QuickLists::take(this->address(0), n);
  void* p = nullptr;
  if (quick != 0) {
    count(n);
    p = this->address(quick);
  } else {
    p = allocate_pages(this, n);
  }
  finish(p, size);
  return p;
}

template <class Options>
void* BasicFixedHeap<Options>::allocate_zeroed(size_t size) {
  const Entry entry;
  const size_t n = pages_for(size);
  void* const p = allocate_pages(this, n);
  if (p == nullptr) return nullptr;
  fill(p, n, 0);
  if (Options::kOwners != 0) owner_word(p, n) = Options::owner();
  return p;
}

template <class Options>
void* BasicFixedHeap<Options>::allocate_aligned(size_t alignment, size_t size) {
  const Entry entry;
  if (alignment == 0 || (alignment & (alignment - 1)) != 0) return nullptr;
  if (alignment < kPageSize) alignment = kPageSize;
  const size_t n = pages_for(size);
  const size_t slack = alignment / kPageSize - 1;
  const size_t below_peak = below_peak_;
  // The sum does not wrap, because both have three binary digits less than an address.
  void* const p = allocate_pages(this, n + slack);
  if (p == nullptr) return nullptr;
  size_t i = 0;
  BasicFixedHeap* const r = region_of(p, &i);
  // Free what is too much at both ends.
  const size_t before = ((0 - reinterpret_cast<uintptr_t>(p)) & (alignment - 1)) / kPageSize;
  const size_t first = i + before;
  below_peak_ = below_peak;
  count(n);
  if (before != slack) {
    r->bits().flip(first + n, i + n + slack);
    r->merge(r->bits(), first + n, slack - before, r->is_free(i + n + slack));
  }
  if (before != 0) {
    r->bits().flip(i + 1, first + 1);
    r->merge(r->bits(), i, before, false);
  }
  void* const aligned = r->address(first);
  finish(aligned, size);
  return aligned;
}

// --- Freeing. ---

// The buffer with the page that begins at `p`, and the page's number; null: there is none.
template <class Options>
BasicFixedHeap<Options>* BasicFixedHeap<Options>::region_of(const void* p, size_t* page) {
  BasicFixedHeap* r = this;
  while ((*page = r->index(p)) >= r->end_) {
    r = r->next_;
    if (r == nullptr) break;
  }
  return r;
}

// The same for the block `p`, and its length; null: `p` is no block in use.
template <class Options>
BasicFixedHeap<Options>* BasicFixedHeap<Options>::find(const void* p, size_t* page,
                                                       size_t* length) {
  BasicFixedHeap* const r = region_of(p, page);
  if (r == nullptr) return nullptr;
  return r->is_block(*page, length) ? r : nullptr;
}

// 0: `p` is no block in use.
template <class Options>
size_t BasicFixedHeap<Options>::length_of(const void* p) {
  size_t i = 0;
  size_t n = 0;
  return find(p, &i, &n) == nullptr ? 0 : n;
}

// Gives the block `p` a length of `n` pages, or with 0 frees it. Returns where the block is then,
// or null; if it frees the block, any pointer.
template <class Options>
void* BasicFixedHeap<Options>::change(void* p, size_t n) {
  size_t i = 0;
  size_t length = 0;
  BasicFixedHeap* const r = find(p, &i, &length);
  if (r == nullptr) {
    report(p);
    return nullptr;
  }
  if (n != 0) return n == length ? p : resize(r, i, length, n);
  below_peak_ += length;
  if (Options::kFill != 0) fill(p, length, Options::kStale);
  // Only blocks of the first buffer go to quick lists, because its pages are taken first.
  if (r != this || !QuickLists::put(p, i, length)) r->give(i, length);
  return p;
}

template <class Options>
void BasicFixedHeap<Options>::free(void* p) {
  const Entry entry;
  change(p, 0);
}

// --- Misuse. ---

inline const char* explain(FixedMisuse misuse) {
  switch (misuse) {
    case FixedMisuse::kNone:
      break;
    case FixedMisuse::kForeign:
      return "free of a pointer that is not the heap's";
    case FixedMisuse::kInside:
      return "free of a pointer inside of an object";
    case FixedMisuse::kDoubleFree:
      return "double free";
  }
  return "";
}

template <class Options>
void BasicFixedHeap<Options>::on_misuse(FixedMisuseHandler handler, void* context) {
  const Entry entry;
  handler_ = handler;
  context_ = context;
}

template <class Options>
void BasicFixedHeap<Options>::report(const void* p) {
  if (p == nullptr) return;
  if (handler_ == nullptr) __builtin_trap();
  handler_(context_, p);
}

template <class Options>
FixedMisuse BasicFixedHeap<Options>::misuse_of(const void* p) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(p);
  size_t i = 0;
  const BasicFixedHeap* const r =
      region_of(reinterpret_cast<const void*>(address & ~uintptr_t{kPageSize - 1}), &i);
  if (r == nullptr || i < r->first_page()) return FixedMisuse::kForeign;
  const bool is_beginning = address % kPageSize == 0 && r->bits().is_set(i);
  while (!r->bits().is_set(i)) --i;
  size_t length = 0;
  if (!r->is_block(i, &length)) return FixedMisuse::kDoubleFree;
  return is_beginning ? FixedMisuse::kNone : FixedMisuse::kInside;
}

// --- Reallocating. ---

// Gives block `i` of the buffer `r` another length: where it is if enough pages behind it are free,
// else somewhere else, else over the free pages before it and behind it.
template <class Options>
void* BasicFixedHeap<Options>::resize(BasicFixedHeap* r, size_t i, size_t length, size_t n) {
  void* const p = r->address(i);
  size_t before = 0;
  size_t behind = r->free_length(i + length);
  if (length + behind < n) {
    void* const q = allocate_pages(this, n);
    if (q != nullptr) {
      copy(q, p, length);
      change(p, 0);
      return q;
    }
    before = r->free_length_before(i);
    if (Options::kQuickLengths != 0) behind = r->free_length(i + length);
    if (before + length + behind < n) return nullptr;
    --failures_;
  }
  count(n - length);
  if (behind != 0) r->FreeSpans::remove(i + length);
  r->bits().flip(i + 1, i + length);
  const size_t rest = before + length + behind - n;
  if (before != 0) {
    i -= before;
    r->FreeSpans::remove(i);
    copy(r->address(i), p, length);
  }
  r->bits().flip(i + 1, i + n);
  if (rest != 0) r->FreeSpans::add(i + n, rest);
  return r->address(i);
}

template <class Options>
void* BasicFixedHeap<Options>::reallocate(void* p, size_t size) {
  if (p == nullptr) return allocate(size);
  const Entry entry;
  const size_t n = size == 0 ? 0 : pages_for(size);
  const size_t length = Options::kOwners != 0 ? length_of(p) : 0;
  const uint32_t owner = length != 0 ? uint32_t{owner_word(p, length)} : 0;
  p = change(p, n);
  if (n == 0) return nullptr;
  if (Options::kOwners != 0 && p != nullptr) owner_word(p, n) = owner;
  return p;
}

// --- Asking. ---

template <class Options>
size_t BasicFixedHeap<Options>::usable_size(const void* p) {
  const Entry entry;
  const size_t n = length_of(p);
  if (n != 0) return n * kPageSize - kOwnerSize;
  report(p);
  return 0;
}

template <class Options>
bool BasicFixedHeap<Options>::owns(const void* p) {
  const Entry entry;
  return length_of(p) != 0;
}

template <class Options>
uint32_t BasicFixedHeap<Options>::owner_of(const void* p) {
  static_assert(Options::kOwners != 0, "blocks have no owners without Options::kOwners");
  const size_t n = length_of(p);
  return n == 0 ? 0 : uint32_t{owner_word(const_cast<void*>(p), n)};
}

// --- Contents. ---

// Without this in a loop, compilers would replace the loop by a call of memset() or memcpy().
ATOLL_FIXED_INLINE void keep_loop() { __asm__ volatile("" ::: "memory"); }

template <class Options>
void BasicFixedHeap<Options>::copy(void* to, const void* from, size_t pages) {
  Word* const target = static_cast<Word*>(to);
  const Word* const source = static_cast<const Word*>(from);
  for (size_t k = 0; k < pages * (kPageSize / sizeof(Word)); ++k) {
    target[k] = source[k];
    keep_loop();
  }
}

template <class Options>
void BasicFixedHeap<Options>::fill(void* p, size_t pages, uint32_t word) {
  Word* const target = static_cast<Word*>(p);
  for (size_t k = 0; k < pages * (kPageSize / sizeof(Word)); ++k) {
    target[k] = word;
    keep_loop();
  }
}

template <class Options>
typename BasicFixedHeap<Options>::Word& BasicFixedHeap<Options>::owner_word(void* p, size_t pages) {
  return static_cast<Word*>(p)[pages * (kPageSize / sizeof(Word)) - 1];
}

}  // namespace Atoll
