#include <algorithm>
#include <array>
#include <optional>

#include "hosts/base/refuse.h"
#include "hosts/bsd/calls.h"
#include "hosts/bsd/errors.h"
#include "os/base/bits.h"
#include "os/sim/placement.h"

namespace Atoll::hosts::bsd::calls {
namespace {

constexpr std::uint64_t kPrivate = 2;
constexpr std::uint64_t kFixed = 0x10;
constexpr std::uint64_t kAnonymous = 0x1000;
constexpr std::uint64_t kReadWriteExecute = 7;
constexpr std::uint64_t kWriteExecute = 6;
constexpr std::uint64_t kDontNeed = 4;
// How many pages mincore() answers for at a time: copy_out() copies at most so many bytes.
constexpr std::size_t kPagesAtOnce = 4096;

// The lowest address of a random place.
constexpr std::uint64_t kLowestRandom = std::uint64_t{1} << 32;

std::uint64_t as_int(std::uint64_t argument) { return argument & 0xffff'ffff; }

// The pages of a range of bytes; nothing if it wraps or lies outside of a process's address space.
std::optional<Range> pages_of(Process& process, std::uint64_t base, std::uint64_t size) {
  const std::uint64_t page = process.page_size();
  const Address first = Address(base).aligned_down(page);
  const std::uint64_t whole = round_up(size + (base - first.value()), page);
  if (whole < size) return std::nullopt;
  const Range range{first, whole};
  const Address end = os::sim::usable(process.memory().rules()).end();
  if (whole != 0 && (range.last() < first || range.last() >= end)) return std::nullopt;
  return range;
}

int errno_of(MemoryFailure failure) {
  switch (failure) {
    case MemoryFailure::kNone:
      return 0;
    case MemoryFailure::kBadArgument:
      return error::kInvalid;
    case MemoryFailure::kNoMemory:
    case MemoryFailure::kTaken:
    case MemoryFailure::kNotMapped:
      return error::kNoMemory;
  }
  return error::kNoMemory;
}

int check_protection(const Process& process, std::uint64_t protection) {
  if ((protection & ~kReadWriteExecute) != 0) return error::kInvalid;
  if (process.personality().forbids_writable_text &&
      (protection & kWriteExecute) == kWriteExecute) {
    return error::kOpenbsdNotSupported;
  }
  return 0;
}

// The hint by which the system looks for a place, which may differ from the program's hint.
Address wish_for(Process& process, std::uint64_t hint, std::uint64_t size) {
  const Personality& personality = process.personality();
  const std::uint64_t page = process.page_size();
  Address wish = Address(hint).aligned_up(page);
  if (personality.largest_heap != 0) {
    const Address end = (process.data + personality.largest_heap).aligned_up(page);
    if (wish.is_null() || (process.data <= wish && wish < end)) wish = end;
  }
  if (!personality.highest_hint.is_null()) wish = std::min(wish, personality.highest_hint);
  if (wish.is_null() && personality.places_at_random) {
    const std::uint64_t end = os::sim::usable(process.memory().rules()).end().value();
    const std::uint64_t room = end - kLowestRandom;
    if (size < room) {
      wish = Address(kLowestRandom + process.random() % (room - size)).aligned_down(page);
    }
  }
  return wish;
}

}  // namespace

Answer mmap(Process& process, const Arguments& a) {
  const Personality& personality = process.personality();
  const std::uint64_t protection = as_int(a[2]);
  const std::uint64_t flags = as_int(a[3]);
  if ((flags & kAnonymous) == 0) refuse("mmap of a file is not served");
  if ((flags & kPrivate) == 0 ||
      (flags & ~(kPrivate | kFixed | kAnonymous | personality.map_flags)) != 0) {
    refuse("mmap with flags 0x%llx is not served", static_cast<unsigned long long>(flags));
  }
  if (const int code = check_protection(process, protection)) return failed(code);
  if (as_int(a[4]) != 0xffff'ffff) return failed(error::kInvalid);
  if (personality.anonymous_has_no_offset && a[personality.offset_argument] != 0) {
    return failed(error::kInvalid);
  }
  if (a[1] == 0) {
    return personality.map_of_nothing_succeeds ? Answer{a[0], 0} : failed(error::kInvalid);
  }
  const std::uint64_t size = round_up(a[1], process.page_size());
  if (size < a[1]) return failed(error::kNoMemory);
  GuestMemory& memory = process.memory();
  Mapping mapping;
  if ((flags & kFixed) != 0) {
    const auto pages = pages_of(process, a[0], size);
    if (!pages || pages->base != Address(a[0])) return failed(error::kInvalid);
    mapping = memory.map_at(pages->base, size, static_cast<int>(protection), Existing::kReplace);
  } else {
    mapping = memory.map(wish_for(process, a[0], size), size, static_cast<int>(protection));
  }
  if (mapping.base.is_null()) return failed(errno_of(mapping.failure));
  return {mapping.base.value(), 0};
}

Answer munmap(Process& process, const Arguments& a) {
  const Personality& personality = process.personality();
  if (a[1] == 0) return failed(personality.unmap_of_nothing_succeeds ? 0 : error::kInvalid);
  const auto pages = pages_of(process, a[0], a[1]);
  if (!pages) return failed(error::kInvalid);
  if (personality.unmap_finds_holes && !process.memory().is_mapped(*pages)) {
    return failed(error::kInvalid);
  }
  return failed(errno_of(process.memory().unmap(*pages)));
}

Answer mprotect(Process& process, const Arguments& a) {
  const std::uint64_t protection = as_int(a[2]);
  if (const int code = check_protection(process, protection)) return failed(code);
  const auto pages = pages_of(process, a[0], a[1]);
  if (!pages) return failed(error::kInvalid);
  if (pages->is_empty()) return {};
  GuestMemory& memory = process.memory();
  if (process.personality().protect_finds_holes && !memory.is_mapped(*pages)) {
    return failed(error::kNoMemory);
  }
  for (const Range& part : memory.mapped_parts(*pages)) {
    const MemoryFailure failure = memory.protect(part, static_cast<int>(protection));
    if (failure != MemoryFailure::kNone) return failed(errno_of(failure));
  }
  return {};
}

// With either advice, a system may keep the contents or clear them. For MADV_FREE the host clears
// every other page (of a large range, every other sixteenth), so that a program that counts on one
// or the other fails.
Answer madvise(Process& process, const Arguments& a) {
  const Personality& personality = process.personality();
  const std::uint64_t advice = as_int(a[2]);
  if (advice != kDontNeed && advice != personality.advise_free) {
    refuse("madvise with advice %llu is not served", static_cast<unsigned long long>(advice));
  }
  const auto pages = pages_of(process, a[0], a[1]);
  if (!pages) return failed(error::kInvalid);
  if (pages->is_empty()) return {};
  GuestMemory& memory = process.memory();
  if (personality.advise_finds_holes && !memory.is_mapped(*pages)) return failed(error::kFault);
  if (advice == kDontNeed) return {};
  // A large range takes only a few steps.
  const std::uint64_t page = process.page_size();
  const std::uint64_t stride = std::max(page, round_up(pages->size / 16, page));
  for (const Range& part : memory.mapped_parts(*pages)) {
    for (std::uint64_t offset = 0; offset < part.size; offset += stride) {
      const Address base = part.base + offset;
      if ((part.base.value() / page + offset / stride) % 2 != 0) continue;
      const MemoryFailure failure = memory.discard({base, std::min(stride, part.size - offset)});
      if (failure != MemoryFailure::kNone) return failed(errno_of(failure));
    }
  }
  return {};
}

Answer mincore(Process& process, const Arguments& a) {
  const Personality& personality = process.personality();
  const std::uint64_t page = process.page_size();
  if (!personality.mincore_rounds && (!Address(a[0]).is_aligned(page) || a[1] == 0)) {
    return failed(error::kInvalid);
  }
  const auto pages = pages_of(process, a[0], a[1]);
  if (!pages) {
    const bool wraps = a[0] + a[1] < a[0];
    return failed(wraps && !personality.mincore_rounds ? error::kInvalid : error::kNoMemory);
  }
  if (pages->is_empty()) return {};
  const std::uint64_t count = pages->size / page;
  if (!process.is_mapped(a[2], count)) return failed(error::kFault);
  if (!process.memory().is_mapped(*pages)) return failed(error::kNoMemory);
  std::array<unsigned char, kPagesAtOnce> told;
  for (std::uint64_t done = 0; done < count;) {
    const std::uint64_t some = std::min<std::uint64_t>(count - done, told.size());
    process.memory().find_resident({pages->base + done * page, some * page}, told.data());
    const auto bytes = static_cast<std::size_t>(some);
    for (std::size_t i = 0; i < bytes; ++i) {
      told[i] = static_cast<unsigned char>(told[i] != 0 ? personality.resident_bits : 0);
    }
    if (!process.copy_out(a[2] + done, told.data(), bytes)) return failed(error::kFault);
    done += some;
  }
  return {};
}

}  // namespace Atoll::hosts::bsd::calls
