// How BasicFixedHeap takes its buffers. Only fixed_heap.h includes it.
#pragma once

namespace Atoll {

template <class Options>
const char* BasicFixedHeap<Options>::problem(const void* buffer, size_t size) {
  const uintptr_t begin = reinterpret_cast<uintptr_t>(buffer);
  const size_t pages = size / kPageSize;
  if (buffer == nullptr) return "the buffer is null";
  if (begin % kPageSize != 0) return "the buffer is not at a multiple of 8";
  if (begin + size < begin) return "the buffer reaches beyond the end of the address space";
  if (pages < first_page(pages) + kShortest) return "the buffer is too small";
  // No page has the number `pages`, and no span so many.
  if (pages - 1 > static_cast<Index>(-1)) return "the buffer is larger than the index reaches";
  return nullptr;
}

template <class Options>
BasicFixedHeap<Options>* BasicFixedHeap<Options>::make(void* buffer, size_t size,
                                                       const char** why) {
  const char* const wrong = problem(buffer, size);
  if (why != nullptr) *why = wrong;
  if (wrong != nullptr) return nullptr;
  BasicFixedHeap* const heap = static_cast<BasicFixedHeap*>(buffer);
  heap->init(size / kPageSize);
  return heap;
}

// Zeroes the part of the buffer that the heap needs for itself, and sets what is not 0 at first.
template <class Options>
void BasicFixedHeap<Options>::init(size_t pages) {
  const size_t first = first_page(pages);
  fill(this, first, 0);
  end_ = pages;
  FreeSpans::begin();
  // All pages are free, and the span in use that never ends lies behind them.
  bits().flip(first, pages + 1);
  FreeSpans::add(first, pages - first);
}

template <class Options>
const char* BasicFixedHeap<Options>::add(void* buffer, size_t size) {
  const Entry entry;
  const char* const wrong = problem(buffer, size);
  if (wrong != nullptr) return wrong;
  if (overlaps(buffer, size)) return "the buffer overlaps one that the heap has";
  BasicFixedHeap* last = this;
  while (last->next_ != nullptr) last = last->next_;
  last->next_ = make(buffer, size);
  return nullptr;
}

template <class Options>
bool BasicFixedHeap<Options>::overlaps(const void* buffer, size_t size) const {
  const uintptr_t begin = reinterpret_cast<uintptr_t>(buffer);
  for (const BasicFixedHeap* r = this; r != nullptr; r = r->next_) {
    const uintptr_t end = reinterpret_cast<uintptr_t>(r->address(r->end_));
    if (begin < end && reinterpret_cast<uintptr_t>(r) < begin + size) return true;
  }
  return false;
}

template <class Options>
void BasicFixedHeap<Options>::reset() {
  const Entry entry;
  for (BasicFixedHeap* r = this; r != nullptr; r = r->next_) {
    BasicFixedHeap* const next = r->next_;
    const FixedMisuseHandler handler = r->handler_;
    void* const context = r->context_;
    r->init(r->end_);
    r->next_ = next;
    r->handler_ = handler;
    r->context_ = context;
  }
}

}  // namespace Atoll
