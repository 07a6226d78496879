// How BasicFixedHeap takes its buffers. Only fixed_heap.h includes it.
#pragma once

namespace Atoll {

// How many pages fit behind the BasicFixedHeap, with their bits. (A division would call libgcc.)
template <class Options>
size_t BasicFixedHeap<Options>::pages_in(size_t size) {
  if (size < sizeof(BasicFixedHeap)) return 0;
  const size_t left = size - sizeof(BasicFixedHeap);
  size_t count = 0;
  size_t used = 0;
  // One page or several take at most twice their size, bits included.
  while ((used = bytes_of(count + 1)) <= left) count += 1 + (left - used) / (2 * kPageSize);
  return count;
}

template <class Options>
const char* BasicFixedHeap<Options>::problem(const void* buffer, size_t size) {
  const uintptr_t begin = reinterpret_cast<uintptr_t>(buffer);
  if (buffer == nullptr) return "the buffer is null";
  if (begin % kPageSize != 0) return "the buffer is not at a multiple of 8";
  if (begin + size < begin) return "the buffer reaches beyond the end of the address space";
  const size_t count = pages_in(size);
  if (count < kShortest) return "the buffer is too small";
  // There are three more bits than pages, and 0 means no page.
  if (count > size_t{static_cast<Index>(-1)} - 4)
    return "the buffer is larger than the index reaches";
  return nullptr;
}

template <class Options>
BasicFixedHeap<Options>* BasicFixedHeap<Options>::make(void* buffer, size_t size,
                                                       const char** why) {
  const char* const wrong = problem(buffer, size);
  if (why != nullptr) *why = wrong;
  if (wrong != nullptr) return nullptr;
  BasicFixedHeap* const heap = static_cast<BasicFixedHeap*>(buffer);
  heap->next_ = nullptr;
  heap->handler_ = nullptr;
  heap->context_ = nullptr;
  heap->init(pages_in(size));
  return heap;
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
    const uintptr_t end = reinterpret_cast<uintptr_t>(r->spans_.address(r->spans_.count() + 1));
    if (begin < end && reinterpret_cast<uintptr_t>(r) < begin + size) return true;
  }
  return false;
}

template <class Options>
void BasicFixedHeap<Options>::init(size_t count) {
  const size_t words = PageBits::words_for(count);
  uint32_t* const first = reinterpret_cast<uint32_t*>(this + 1);
  fill(first, words / 2, 0);
  spans_.init(reinterpret_cast<unsigned char*>(first + words) - kPageSize, count);
  this->clear();
  in_use_ = 0;
  peak_ = 0;
  failures_ = 0;
  // All pages are free, and the span in use that never ends lies behind them.
  bits().set(count + 1);
  cut(1, count);
}

template <class Options>
void BasicFixedHeap<Options>::reset() {
  const Entry entry;
  for (BasicFixedHeap* r = this; r != nullptr; r = r->next_) r->init(r->spans_.count());
}

}  // namespace Atoll
