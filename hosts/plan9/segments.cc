#include "hosts/plan9/segments.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "os/sim/placement.h"

namespace Atoll::hosts::plan9 {
namespace {

// Linux may keep what is below from everybody but the administrator. Our own programs have only
// zeroes there, which are then left out for all.
constexpr Address kLowest{0x10000};

void fill(Address to, Bytes bytes) {
  std::memcpy(to.pointer(), bytes.data(), static_cast<std::size_t>(bytes.size()));
}

bool is_zero(Bytes bytes) {
  return std::all_of(bytes.data(), bytes.data() + bytes.size(),
                     [](std::byte byte) { return byte == std::byte{0}; });
}

}  // namespace

Segments::Segments(const Machine& machine, const Plan& plan)
    : machine_(machine), plan_(plan), text_(plan.text), end_(plan.data.end()), space_(table_) {
  space_.add(machine.stack(), os::sim::State::kForeign);
}

// Never over something: the host's own mappings lie wherever Linux put them.
bool Segments::supply(Range range) {
  if (range.is_empty()) return true;
  void* const memory =
      ::mmap(range.base.pointer(), static_cast<std::size_t>(range.size), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
  if (memory == range.base.pointer()) return true;
  if (memory != MAP_FAILED) ::munmap(memory, static_cast<std::size_t>(range.size));
  return false;
}

bool Segments::load() {
  Bytes bytes = plan_.text_bytes;
  if (text_.base < kLowest) {
    const std::uint64_t skipped = kLowest - text_.base;
    const auto before = bytes.part(machine_.header_size, skipped - machine_.header_size);
    const auto after = bytes.part(skipped, bytes.size() - skipped);
    if (before && after && is_zero(*before)) {
      text_ = {kLowest, text_.size - skipped};
      bytes = *after;
    }
  }
  if (!supply(text_) || !supply(plan_.data) || !supply(machine_.stack())) return false;
  fill(text_.base, bytes);
  if (!plan_.data.is_empty()) fill(plan_.data.base, plan_.data_bytes);
  return true;
}

bool Segments::protect_text() const {
  return ::mprotect(text_.base.pointer(), static_cast<std::size_t>(text_.size),
                    PROT_READ | PROT_EXEC) == 0;
}

bool Segments::set_break(Address to) {
  if (to < plan_.break_base) {
    if (to < plan_.data.base) return false;
    to = plan_.break_base;
  }
  const Address end = to.aligned_up(kPageSize);
  if (end < to) return false;
  if (end <= end_) {
    if (end != end_) ::munmap(end.pointer(), static_cast<std::size_t>(end_ - end));
    end_ = end;
    return true;
  }
  if (end - plan_.break_base > machine_.most_segment) return false;
  const std::uint64_t size = end - end_;
  Address found;
  if (!os::sim::place_linear(machine_.address_space, space_, end_, end_, size, &found) ||
      !supply({found, size})) {
    return false;
  }
  end_ = end;
  return true;
}

bool Segments::is_valid(Address address, std::uint64_t size, bool for_writing) const {
  const Range wanted{address, std::max<std::uint64_t>(size, 1)};
  if (wanted.last() < wanted.base) return false;
  if (Range{plan_.data.base, end_ - plan_.data.base}.contains(wanted)) return true;
  if (machine_.stack().contains(wanted)) return true;
  return !for_writing && text_.contains(wanted);
}

}  // namespace Atoll::hosts::plan9
