#include "tests/sim_memory/host_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "os/os.h"

namespace Atoll::test {
namespace {

constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;

// A place that is free is taken as it is wished for, and one that is not is not replaced. (With
// MAP_FIXED_NOREPLACE a ThreadSanitizer ends the program over places it cannot watch.)
bool map_exactly(Range place, int protection) {
  const auto size = static_cast<std::size_t>(place.size);
  void* const wish = place.base.pointer();
  void* const got = mmap(wish, size, protection, kFlags, -1, 0);
  if (got == wish) return true;
  if (got != MAP_FAILED) {
    munmap(got, size);
    errno = EEXIST;
  }
  return false;
}

[[noreturn]] void give_up(const char* what, Range place, std::uint64_t bias) {
  std::fprintf(stderr,
               "HostMemory: cannot %s %" PRIu64 " bytes at 0x%" PRIx64
               " of this process, which stand for simulated memory at 0x%" PRIx64 ": %s\n",
               what, place.size, place.base.value(), (place.base + bias).value(),
               std::strerror(errno));
  std::abort();
}

}  // namespace

HostMemory::~HostMemory() {
  for (const auto& [base, block] : blocks_) {
    munmap(Address(base).pointer(), static_cast<std::size_t>(block.size));
  }
}

bool HostMemory::is_free(Range range, std::uint64_t bias) {
  const Range place{range.base - bias, range.size};
  if (!map_exactly(place, PROT_NONE)) return false;
  munmap(place.base.pointer(), static_cast<std::size_t>(place.size));
  return true;
}

std::uint64_t HostMemory::bytes_mapped() const {
  std::uint64_t bytes = 0;
  for (const auto& entry : blocks_) bytes += entry.second.size;
  return bytes;
}

void HostMemory::ready(Range range) {
  const Range place = here(range);
  cut_out(place);
  fill_gaps(place);
  protect(place, true);
  merge_around(place);
}

void HostMemory::withheld(Range range) {
  const Range place = here(range);
  cut_out(place);
  protect(place, false);
  merge_around(place);
}

void HostMemory::lost(Range range) {
  const Range place = here(range);
  cut_out(place);
  const auto end = blocks_.lower_bound(place.end().value());
  for (auto it = blocks_.lower_bound(place.base.value()); it != end; it = blocks_.erase(it)) {
    const Range block{Address(it->first), it->second.size};
    if (munmap(block.base.pointer(), static_cast<std::size_t>(block.size)) != 0) {
      give_up("unmap", block, bias_);
    }
  }
}

std::optional<std::uint64_t> HostMemory::resident(Range range, std::uint64_t page_size) {
  const Range place = here(range);
  std::uint64_t bytes = 0;
  // Blocks consist of whole simulated pages.
  for (const auto& [base, block] : blocks_) {
    const std::uint64_t end = std::min(base + block.size, place.end().value());
    for (std::uint64_t page = std::max(base, place.base.value()); page < end; page += page_size) {
      const auto told = os::native().resident(Address(page), page_size);
      if (!told.has_value()) return std::nullopt;
      if (*told != 0) bytes += page_size;
    }
  }
  return bytes;
}

// A block over `place` becomes two.
void HostMemory::cut_at(std::uint64_t place) {
  auto it = blocks_.upper_bound(place);
  if (it == blocks_.begin()) return;
  --it;
  const std::uint64_t left = place - it->first;
  if (left == 0 || left >= it->second.size) return;
  blocks_.emplace(place, Block{it->second.size - left, it->second.is_ready});
  it->second.size = left;
}

// Afterwards every block is either wholly in `place` or wholly outside.
void HostMemory::cut_out(Range place) {
  cut_at(place.base.value());
  cut_at(place.end().value());
}

void HostMemory::fill_gaps(Range place) {
  std::uint64_t gap = place.base.value();
  const std::uint64_t end = place.end().value();
  while (gap < end) {
    const auto next = blocks_.lower_bound(gap);
    const std::uint64_t gap_end = next == blocks_.end() ? end : std::min(end, next->first);
    if (gap < gap_end) {
      const Range fill{Address(gap), gap_end - gap};
      if (!map_exactly(fill, PROT_READ | PROT_WRITE)) give_up("map", fill, bias_);
      blocks_.emplace(gap, Block{fill.size, true});
    }
    gap = gap_end < end ? gap_end + next->second.size : end;
  }
}

void HostMemory::protect(Range place, bool is_ready) {
  const int protection = is_ready ? PROT_READ | PROT_WRITE : PROT_NONE;
  const auto end = blocks_.lower_bound(place.end().value());
  for (auto it = blocks_.lower_bound(place.base.value()); it != end; ++it) {
    Block& block = it->second;
    if (block.is_ready == is_ready) continue;
    const Range range{Address(it->first), block.size};
    if (mprotect(range.base.pointer(), static_cast<std::size_t>(range.size), protection) != 0) {
      give_up("protect", range, bias_);
    }
    block.is_ready = is_ready;
  }
}

void HostMemory::merge_around(Range place) {
  auto it = blocks_.lower_bound(place.base.value());
  if (it != blocks_.begin()) --it;
  while (it != blocks_.end() && it->first <= place.end().value()) {
    const auto next = std::next(it);
    const bool touches = next != blocks_.end() && it->first + it->second.size == next->first &&
                         it->second.is_ready == next->second.is_ready;
    if (touches) {
      it->second.size += next->second.size;
      blocks_.erase(next);
    } else {
      it = next;
    }
  }
}

}  // namespace Atoll::test
