#include "hosts/base/guest_memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cinttypes>
#include <cstdio>

#include "os/base/bits.h"
#include "os/sim/placement.h"

namespace Atoll::hosts {
namespace {

using os::sim::State;

// The guest's mappings are "ready" in the books, whatever their protection; others are obstacles.
constexpr State kGuest = State::kReady;
constexpr State kHost = State::kForeign;

std::size_t bytes_of(Range range) { return static_cast<std::size_t>(range.size); }

// The size of the pieces in which note_obstacles() enters what it finds.
constexpr std::uint64_t kObstacle = std::uint64_t{1} << 20;
// How many places map() tries for one mapping.
constexpr int kTries = 64;

}  // namespace

std::vector<Range> GuestMemory::mappings_of_this_process() {
  std::vector<Range> mappings;
  std::FILE* const file = std::fopen("/proc/self/maps", "re");
  if (file == nullptr) return mappings;
  char line[4096];
  while (std::fgets(line, sizeof line, file) != nullptr) {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
    if (std::sscanf(line, "%" SCNx64 "-%" SCNx64, &first, &end) == 2 && first < end) {
      mappings.push_back({Address(first), end - first});
    }
  }
  std::fclose(file);
  return mappings;
}

GuestMemory::GuestMemory(const os::sim::Config& rules, Mappings mappings)
    : rules_(rules), mappings_(mappings), space_(table_) {
  note_host_mappings();
}

void GuestMemory::note_host_mappings() {
  for (const Range& mapping : mappings_()) {
    // Ranges in the books are the guest's, or parts of this mapping that were entered before.
    std::vector<Range> gaps;
    Address from = mapping.base;
    space_.for_each(mapping, [&](Range part, State) {
      if (from < part.base) gaps.push_back({from, part.base - from});
      from = part.end();
    });
    if (from != mapping.end()) gaps.push_back({from, mapping.end() - from});
    for (const Range& gap : gaps) space_.add(gap, kHost);
  }
}

bool GuestMemory::note_obstacles(Range range) {
  if (supply(range, PROT_NONE, MAP_FIXED_NOREPLACE)) {
    ::munmap(range.base.pointer(), bytes_of(range));
    return false;
  }
  if (errno != EEXIST) return false;
  if (range.size <= kObstacle) return space_.add(range, kHost);
  const std::uint64_t half = round_up(range.size / 2, rules_.page_size);
  const bool is_in_first = note_obstacles({range.base, half});
  return note_obstacles({range.base + half, range.size - half}) || is_in_first;
}

bool GuestMemory::is_well_formed(Range range) const {
  return !range.is_empty() && range.base.is_aligned(rules_.page_size) &&
         is_multiple_of(range.size, rules_.page_size) && !range.wraps();
}

bool GuestMemory::is_mapped(Range range) const { return space_.is_all(range, kGuest); }

std::vector<Range> GuestMemory::mapped_parts(Range range) const {
  std::vector<Range> parts;
  space_.for_each(range, [&](Range part, State state) {
    if (state == kGuest) parts.push_back(part);
  });
  return parts;
}

bool GuestMemory::supply(Range range, int protection, int flags) {
  void* const memory = ::mmap(range.base.pointer(), bytes_of(range), protection,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  return memory == range.base.pointer();
}

Mapping GuestMemory::map(Address hint, std::uint64_t size, int protection) {
  if (!is_well_formed({Address(), size})) return {Address(), MemoryFailure::kBadArgument};
  // This process may have mapped something for itself where the books have nothing. Then this
  // enters it, and tries again.
  for (int tries = 0; tries < kTries; ++tries) {
    Range range{Address(), size};
    if (!os::sim::place(rules_, space_, hint, size, &range.base)) break;
    if (supply(range, protection, MAP_FIXED_NOREPLACE)) {
      if (space_.add(range, kGuest)) return {range.base, MemoryFailure::kNone};
      ::munmap(range.base.pointer(), bytes_of(range));
      break;
    }
    if (errno != EEXIST) break;
    if (tries == 0) {
      note_host_mappings();
    } else if (!note_obstacles(range)) {
      break;
    }
  }
  return {Address(), MemoryFailure::kNoMemory};
}

Mapping GuestMemory::map_at(Address base, std::uint64_t size, int protection, Existing existing) {
  const Range range{base, size};
  if (!is_well_formed(range) || !os::sim::usable(rules_).contains(range)) {
    return {Address(), MemoryFailure::kBadArgument};
  }
  bool is_free = true;
  bool is_guests = true;
  space_.for_each(range, [&](Range, State state) {
    is_free = false;
    is_guests = is_guests && state == kGuest;
  });
  if (!is_free && (existing == Existing::kRefuse || !is_guests)) {
    return {Address(), MemoryFailure::kTaken};
  }
  if (!supply(range, protection, is_free ? MAP_FIXED_NOREPLACE : MAP_FIXED)) {
    return {Address(), errno == EEXIST ? MemoryFailure::kTaken : MemoryFailure::kNoMemory};
  }
  // If this fails, the parts that were mapped before stay in the books.
  if (!is_free && !space_.remove(range)) return {Address(), MemoryFailure::kNoMemory};
  if (!space_.add(range, kGuest)) return {Address(), MemoryFailure::kNoMemory};
  return {base, MemoryFailure::kNone};
}

MemoryFailure GuestMemory::unmap(Range range) {
  if (!is_well_formed(range)) return MemoryFailure::kBadArgument;
  for (const Range& part : mapped_parts(range)) {
    if (!space_.remove(part)) return MemoryFailure::kNoMemory;
    ::munmap(part.base.pointer(), bytes_of(part));
  }
  return MemoryFailure::kNone;
}

MemoryFailure GuestMemory::protect(Range range, int protection) {
  if (!is_well_formed(range)) return MemoryFailure::kBadArgument;
  if (!is_mapped(range)) return MemoryFailure::kNotMapped;
  return ::mprotect(range.base.pointer(), bytes_of(range), protection) == 0
             ? MemoryFailure::kNone
             : MemoryFailure::kNoMemory;
}

MemoryFailure GuestMemory::discard(Range range) {
  if (!is_well_formed(range)) return MemoryFailure::kBadArgument;
  if (!is_mapped(range)) return MemoryFailure::kNotMapped;
  return ::madvise(range.base.pointer(), bytes_of(range), MADV_DONTNEED) == 0
             ? MemoryFailure::kNone
             : MemoryFailure::kNoMemory;
}

void GuestMemory::find_resident(Range range, unsigned char* pages) const {
  std::fill_n(pages, range.size / rules_.page_size, 0);
  // A page of the rules may be several of Linux' pages.
  const auto here = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> told;
  for (const Range& part : mapped_parts(range)) {
    told.assign(static_cast<std::size_t>(part.size / here), 1);
    (void)::mincore(part.base.pointer(), bytes_of(part), told.data());
    const std::uint64_t before = part.base - range.base;
    for (std::size_t i = 0; i < told.size(); ++i) {
      if ((told[i] & 1) != 0) pages[(before + i * here) / rules_.page_size] = 1;
    }
  }
}

}  // namespace Atoll::hosts
