// How BasicFixedHeap allocates and frees. Only fixed_heap.h includes it.
#pragma once

namespace Atoll {

// --- Allocating. ---

// For size 0, and for sizes that are too large for any buffer, the result is more than all pages.
template <class Options>
size_t BasicFixedHeap<Options>::pages_for(size_t size) {
  const size_t n = (size + kOwnerSize - 1) / kPageSize + 1;
  if (kOwnerSize != 0 && size - 1 > size + kOwnerSize - 1) return static_cast<size_t>(-1);
  return n < kShortest ? kShortest : n;
}

// Frees the blocks on the quick lists. False: there were none.
template <class Options>
bool BasicFixedHeap<Options>::flush() {
  bool any = false;
  for (size_t n = kShortest; n < size_t{kShortest} + Options::kQuickLengths; ++n) {
    while (const size_t i = this->take(n)) {
      size_t before = 0;
      used_length(i, &before);
      give(i, n, before);
      any = true;
    }
  }
  return any;
}

template <class Options>
void BasicFixedHeap<Options>::count(size_t n) {
  const size_t now = in_use_ + n;
  in_use_ = now;
  if (now > peak_) peak_ = now;
}

// `n` pages of this buffer or of those after it, counted in `heap`; null: there are none.
template <class Options>
void* BasicFixedHeap<Options>::allocate_pages(BasicFixedHeap* heap, size_t n) {
  size_t i = spans_.take_short(n);
  if (i == 0) i = spans_.take_long(n);
  if (i == 0) return heap->allocate_behind(this, n);
  heap->count(n);
  return begin(i, n);
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
  const size_t quick = this->take(n);
  void* p = nullptr;
  if (quick != 0) {
    count(n);
    p = spans_.address(quick);
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
  const size_t peak = peak_;
  // The sum wraps only if n is -1: every other n, and the slack, has three binary digits less than
  // an address.
  void* const p = n + slack < n ? nullptr : allocate_pages(this, n + slack);
  if (p == nullptr) return nullptr;
  size_t i = 0;
  size_t free_before = 0;
  BasicFixedHeap* const r = region_of(p, &i);
  r->used_length(i, &free_before);
  // Free what is too much at both ends.
  const size_t before = ((0 - reinterpret_cast<uintptr_t>(p)) & (alignment - 1)) / kPageSize;
  const size_t first = i + before;
  in_use_ -= slack;
  peak_ = peak < in_use_ ? in_use_ : peak;
  if (before != slack) r->cut(first + n, slack - before);
  if (before != 0) {
    r->bits().set(first);
    r->give(i, before, free_before);
  }
  void* const aligned = r->spans_.address(first);
  finish(aligned, size);
  return aligned;
}

// --- Freeing. ---

// The buffer with the page that begins at `p`, and the page's number; null: there is none.
template <class Options>
BasicFixedHeap<Options>* BasicFixedHeap<Options>::region_of(const void* p, size_t* page) {
  BasicFixedHeap* r = this;
  while ((*page = r->spans_.index(p)) > r->spans_.count()) {
    r = r->next_;
    if (r == nullptr) break;
  }
  return r;
}

// 0: `p` is no block in use.
template <class Options>
size_t BasicFixedHeap<Options>::length_of(const void* p) {
  size_t page = 0;
  size_t before = 0;
  const BasicFixedHeap* const r = region_of(p, &page);
  return r == nullptr ? 0 : r->used_length(page, &before);
}

template <class Options>
void BasicFixedHeap<Options>::free_inside(void* p) {
  size_t i = 0;
  size_t before = 0;
  BasicFixedHeap* const r = region_of(p, &i);
  const size_t n = r == nullptr ? 0 : r->used_length(i, &before);
  if (n == 0) return report(p);
  in_use_ -= n;
  if (Options::kFill != 0) fill(p, n, Options::kStale);
  // Only blocks of the first buffer go to quick lists, because its pages are taken first.
  if (r == this && this->put(i, n)) return;
  r->give(i, n, before);
}

template <class Options>
void BasicFixedHeap<Options>::free(void* p) {
  const Entry entry;
  free_inside(p);
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
  if (r == nullptr || i == 0) return FixedMisuse::kForeign;
  const bool is_beginning = address % kPageSize == 0 && r->bits().is_set(i);
  while (!r->bits().is_set(i)) --i;
  size_t before = 0;
  if (r->used_length(i, &before) == 0) return FixedMisuse::kDoubleFree;
  return is_beginning ? FixedMisuse::kNone : FixedMisuse::kInside;
}

// --- Reallocating. ---

// Makes block `i` of the buffer `r` longer: where it is if enough pages behind it are free, else
// somewhere else, else over the free pages before it and behind it.
template <class Options>
void* BasicFixedHeap<Options>::grow(BasicFixedHeap* r, size_t i, size_t length, size_t n) {
  const size_t behind = i + length;
  const size_t all = length + r->free_length(behind);
  if (all < n) {
    void* const p = r->spans_.address(i);
    void* const q = allocate_pages(this, n);
    if (q != nullptr) {
      copy(q, p, length);
      free_inside(p);
      return q;
    }
    const size_t before = r->bits().is_set(i - 1) ? r->spans_.length_before(i - 1) : 0;
    if (before + all < n) return nullptr;
    --failures_;
    r->annex(i - before, before, i);
    i -= before;
    copy(r->spans_.address(i), p, length);
  }
  count(n - length);
  const size_t end = i + n;
  if (end > behind) {
    r->annex(behind, end - behind, behind);
  } else if (end < behind) {
    r->cut(end, behind - end);
  }
  return r->spans_.address(i);
}

template <class Options>
void* BasicFixedHeap<Options>::reallocate(void* p, size_t size) {
  if (p == nullptr) return allocate(size);
  const Entry entry;
  if (size == 0) {
    free_inside(p);
    return nullptr;
  }
  size_t i = 0;
  BasicFixedHeap* const r = region_of(p, &i);
  size_t before = 0;
  const size_t length = r == nullptr ? 0 : r->used_length(i, &before);
  if (length == 0) {
    report(p);
    return nullptr;
  }
  const size_t n = pages_for(size);
  const uint32_t owner = Options::kOwners != 0 ? uint32_t{owner_word(p, length)} : 0;
  if (n > length) {
    p = grow(r, i, length, n);
  } else if (n < length) {
    in_use_ -= length - n;
    r->cut(i + n, length - n);
  }
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
