// glibc's functions that report about its heap, for this heap. docs/FACES.md says what each field
// means here.

#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <limits>

#include "src/malloc/process_heap.h"
#include "src/malloc/report.h"

#define ATOLL_EXPORT extern "C" [[gnu::visibility("default")]]

namespace {

Atoll::Statistics statistics() {
  Atoll::Heap* const heap = Atoll::process_heap();
  return heap != nullptr ? heap->statistics() : Atoll::Statistics();
}

}  // namespace

// NOLINTBEGIN(readability-inconsistent-declaration-parameter-name)

ATOLL_EXPORT struct mallinfo2 mallinfo2() noexcept {
  const Atoll::Statistics s = statistics();
  struct mallinfo2 info = {};
  const std::uint64_t kept = s.heap_kept;
  info.arena = s.heap_in_use - s.large_alloc + kept;
  info.ordblks = s.free_places();
  info.hblks = s.large_mallocs - s.large_frees;
  info.hblkhd = s.large_alloc;
  info.uordblks = s.heap_alloc - s.large_alloc;
  info.fordblks = info.arena - info.uordblks;
  info.keepcost = kept + s.large_cached;
  return info;
}

// The older form. Its fields are narrower: figures that do not fit become the largest number.
ATOLL_EXPORT struct mallinfo mallinfo() noexcept {
  const struct mallinfo2 wide = mallinfo2();
  const auto cut = [](std::size_t value) {
    return static_cast<int>(std::min<std::size_t>(value, std::numeric_limits<int>::max()));
  };
  struct mallinfo info = {};
  info.arena = cut(wide.arena);
  info.ordblks = cut(wide.ordblks);
  info.hblks = cut(wide.hblks);
  info.hblkhd = cut(wide.hblkhd);
  info.uordblks = cut(wide.uordblks);
  info.fordblks = cut(wide.fordblks);
  info.keepcost = cut(wide.keepcost);
  return info;
}

ATOLL_EXPORT void malloc_stats() noexcept {
  const Atoll::Writer writer{[](void* /*context*/, std::string_view text) {
                               (void)std::fwrite(text.data(), 1, text.size(), stderr);
                             },
                             nullptr};
  Atoll::write_text(statistics(), writer);
}

ATOLL_EXPORT int malloc_info(int options, std::FILE* stream) noexcept {
  if (options != 0) {
    errno = EINVAL;
    return -1;
  }
  const Atoll::Writer writer{[](void* file, std::string_view text) {
                               (void)std::fwrite(text.data(), 1, text.size(),
                                                 static_cast<std::FILE*>(file));
                             },
                             stream};
  Atoll::write_xml(statistics(), writer);
  return 0;
}

// NOLINTEND(readability-inconsistent-declaration-parameter-name)
