#include "src/malloc/malloc.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>

#include "os/base/bits.h"
#include "src/malloc/fast_path.h"
#include "src/malloc/foreign.h"
#include "src/malloc/inner_supply.h"
#include "src/malloc/process_heap.h"
#include "src/malloc/the_heap.h"

namespace Atoll::malloc_family {
namespace {

// Restores errno after calls of the system, which may change it.
class KeepErrno {
 public:
  KeepErrno() : value_(errno) {}
  ~KeepErrno() { errno = value_; }
  KeepErrno(const KeepErrno&) = delete;
  KeepErrno& operator=(const KeepErrno&) = delete;

 private:
  int value_;
};

void* out_of_memory() {
  errno = ENOMEM;
  return nullptr;
}

void* invalid() {
  errno = EINVAL;
  return nullptr;
}

constexpr std::size_t kAlignment = 16;

// Asks the heap, if there is one. For an inner call it uses the inner supply instead. Sets errno if
// it returns null, and leaves it alone otherwise.
template <typename Ask, typename AskInside>
void* ask_heap(Ask ask, AskInside ask_inside) {
  void* object = nullptr;
  {
    const KeepErrno keep;
    if (Heap* const heap = process_heap(); heap != nullptr) object = ask(*heap);
    if (object == nullptr && is_inner_call()) object = ask_inside();
  }
  return object != nullptr ? object : out_of_memory();
}

// Whether the process is at its end and its heap is abandoned. Then the C library's memory serves.
bool needs_foreign(Heap& heap, const void* object) {
  return object == nullptr && heap.is_abandoned();
}

// A function of its own, so that the path of larger objects from a list saves no registers for it.
[[gnu::noinline]] void* allocate_from_heap(std::size_t size) {
  return ask_heap(
      [size](Heap& heap) {
        void* const object = heap.allocate(size);
        return needs_foreign(heap, object) ? allocate_foreign(size) : object;
      },
      [size] { return inner_supply::allocate(size, kAlignment); });
}

void* zeroed(void* p, std::size_t size) { return p != nullptr ? std::memset(p, 0, size) : p; }

// `to` may be null; then `p` stays as it is.
void* move_to(void* to, void* p, std::size_t used, std::size_t size) {
  if (to == nullptr) return nullptr;
  std::memcpy(to, p, std::min(used, size));
  release(p);
  return to;
}

// The size of a hardware page. 0: there is no heap.
[[gnu::cold]] std::size_t page_size() {
  const KeepErrno keep;
  const Heap* const heap = process_heap();
  return heap == nullptr ? 0 : static_cast<std::size_t>(heap->platform().machine.page_size);
}

// Resizes a block of `used` bytes from an inner call, or any block in an inner call.
[[gnu::cold]] void* reallocate_beside_heap(void* p, std::size_t used, std::size_t size) {
  if (size <= used) return p;
  return move_to(allocate(size), p, used, size);
}

}  // namespace

bool is_foreign(const void* p) {
  Heap* const heap = process_heap();
  return heap == nullptr || !heap->has_arena_at(p);
}

void* allocate_slowly(std::size_t size) {
  if (size > FastPath::kMaxSmall) {
    void* const object = FastPath::allocate_large(the_heap(), this_cache(), size);
    if (object != nullptr) return object;
  } else if (size > FastPath::kMaxDirect) {
    void* const object = FastPath::allocate_stepped(the_heap(), this_cache(), size, Scan::kNoscan);
    if (object != nullptr) return object;
  }
  return allocate_from_heap(size);
}

namespace {

// Apart from the functions that call it, so that they need no registers for it.
[[gnu::noinline]] void release_to_heap(void* p) {
  if (p == nullptr) return;
  const KeepErrno keep;
  if (is_foreign(p)) {
    if (!inner_supply::release(p)) release_foreign(p);
  } else {
    the_heap().free(p);
  }
}

}  // namespace

// No list is known for an object outside of the window: it may be a large one, too.
void release_slowly(void* p) {
  if (!FastPath::keep_large(the_heap(), this_cache(), p)) release_to_heap(p);
}

void release_unlisted(void* p, ThreadCache& cache, pages::WhoseList list) {
  if (list.is_my_large() && FastPath::keep_own_large(cache, list, p)) return;
  if (list.offset() == 0) {
    release_slowly(p);
  } else if (!FastPath::gather(the_heap(), cache, list, p)) {
    release_to_heap(p);
  }
}

void* allocate(std::size_t size) { return allocate_fast(size); }
void release(void* p) { release_fast(p); }

namespace {

[[gnu::noinline]] void* allocate_zeroed_slowly(std::size_t size) {
  // Nothing records whether a small object is zero.
  if (size <= FastPath::kMaxSmall) return zeroed(allocate(size), size);
  return ask_heap(
      [size](Heap& heap) {
        void* const object = heap.allocate_zeroed(size);
        return needs_foreign(heap, object) ? zeroed(allocate_foreign(size), size) : object;
      },
      [size] { return zeroed(inner_supply::allocate(size, kAlignment), size); });
}

}  // namespace

void* allocate_zeroed(std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return out_of_memory();
  if (bytes <= FastPath::kMaxDirect) [[likely]] {
    void* const object = FastPath::allocate(the_heap(), this_cache(), bytes, Scan::kNoscan);
    if (object != nullptr) [[likely]]
      return std::memset(object, 0, bytes);
  }
  return allocate_zeroed_slowly(bytes);
}

namespace {

[[gnu::noinline]] void* reallocate_slowly(void* p, std::size_t size) {
  if (p == nullptr) return allocate(size);
  if (size == 0) {
    release(p);
    return nullptr;
  }
  if (is_foreign(p)) {
    const std::size_t used = inner_supply::usable_size(p);
    return used != 0 ? reallocate_beside_heap(p, used, size) : reallocate_foreign(p, size);
  }
  return ask_heap(
      [p, size](Heap& heap) {
        void* const object = heap.reallocate(p, size);
        if (!needs_foreign(heap, object)) return object;
        return move_to(allocate_foreign(size), p, heap.usable_size(p), size);
      },
      [p, size] { return reallocate_beside_heap(p, usable_size(p), size); });
}

// The same as Heap::reallocate(), for a small object whose size is known: it needs no look-up.
[[gnu::noinline]] void* reallocate_small(void* p, std::size_t used, std::size_t size) {
  if (size == 0) return reallocate_slowly(p, size);
  if (size > used) return move_to(allocate(size), p, used, size);
  const KeepErrno keep;
  void* const moved = move_to(allocate(size), p, used, size);
  return moved != nullptr ? moved : p;
}

}  // namespace

// Programs that append make a block longer by a little, many times: it mostly stays where it is.
void* reallocate(void* p, std::size_t size) {
  const std::size_t list = FastPath::offset_in_window(this_cache(), p);
  if (list == 0) {
    return FastPath::large_stays(the_heap(), p, size) ? p : reallocate_slowly(p, size);
  }
  const std::size_t used = FastPath::size_at(the_heap(), list);
  return FastPath::stays(used, size) ? p : reallocate_small(p, used, size);
}

void* reallocate_array(void* p, std::size_t count, std::size_t size) {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return out_of_memory();
  return reallocate(p, bytes);
}

namespace {

// `alignment` is a power of two, or 0.
[[gnu::noinline]] void* allocate_aligned_slowly(std::size_t alignment, std::size_t size) {
  if (alignment == 0) return invalid();
  return ask_heap([alignment, size](Heap& heap) { return heap.allocate_aligned(size, alignment); },
                  [alignment, size] { return inner_supply::allocate(size, alignment); });
}

}  // namespace

void* allocate_aligned(std::size_t alignment, std::size_t size) {
  // A power of two, or 0. With 0 every size is rounded to 0, as after an overflow, and the slow
  // path follows.
  if ((alignment & (alignment - 1)) != 0) [[unlikely]]
    return invalid();
  const auto rounded = static_cast<std::size_t>(round_up(size, alignment));
  void* object = nullptr;
  if (rounded - 1 < FastPath::kMaxDirect) [[likely]] {
    object = FastPath::allocate_aligned(the_heap(), this_cache(), rounded);
  } else if (rounded - 1 < FastPath::kMaxSmall && alignment <= port::kPageSize) {
    object = FastPath::allocate_stepped_aligned(the_heap(), this_cache(), rounded, alignment);
  }
  if (object == nullptr) [[unlikely]]
    return allocate_aligned_slowly(alignment, size);
  return object;
}

void* allocate_aligned_at_least(std::size_t alignment, std::size_t size) {
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max() / 2 + 1;
  if (alignment > kMost) return invalid();
  return allocate_aligned(std::bit_ceil(alignment), size);
}

int allocate_aligned_into(void** result, std::size_t alignment, std::size_t size) {
  if (alignment % sizeof(void*) != 0) return EINVAL;
  const KeepErrno keep;
  void* const object = allocate_aligned(alignment, size);
  if (object == nullptr) return errno;
  *result = object;
  return 0;
}

[[gnu::cold]] void* allocate_page_aligned(std::size_t size) {
  const std::size_t page = page_size();
  return page == 0 ? out_of_memory() : allocate_aligned(page, size);
}

[[gnu::noinline]] std::size_t usable_size_at(void* p) {
  if (p == nullptr) return 0;
  const KeepErrno keep;
  if (!is_foreign(p)) return the_heap().usable_size(p);
  const std::size_t of_supply = inner_supply::usable_size(p);
  return of_supply != 0 ? of_supply : usable_size_of_foreign(p);
}

[[gnu::cold]] std::size_t usable_size(void* p) { return usable_size_fast(p); }

bool trim() {
  const KeepErrno keep;
  Heap* const heap = process_heap();
  return heap != nullptr && heap->trim() != 0;
}

}  // namespace Atoll::malloc_family
