#include <cstddef>
#include <cstdint>
#include <limits>

#include "os/bsd/bsd_os.h"
#include "os/bsd/libc.h"
#include "os/bsd/systems.h"
#include "src/base/bits.h"

namespace Atoll::os {
namespace {

using bsd::kSystem;
namespace error = bsd::error;
namespace libc = bsd::libc;

constexpr std::uint64_t kLastAddress = std::numeric_limits<std::uintptr_t>::max();

Status failed(Failure failure) { return {failure, *libc::errno_location()}; }

Status failed() {
  switch (*libc::errno_location()) {
    case error::kPermission:
    case error::kAccess:
      return failed(Failure::kDenied);
    case error::kAgain:
      return failed(Failure::kLockedLimit);
    case error::kInvalid:
      return failed(Failure::kBadArgument);
    case error::kNoSystemCall:
      return failed(Failure::kUnsupported);
    default:
      return failed(Failure::kNoMemory);
  }
}

std::size_t bytes(std::uint64_t size) { return static_cast<std::size_t>(size); }

// Null: it failed. Nobody maps page 0.
Address map_pages(Address where, std::uint64_t size, std::int32_t protection, std::int32_t flags) {
  void* const p =
      libc::mmap(where.pointer(), bytes(size), protection, bsd::kPrivateAnonymous | flags, -1, 0);
  constexpr std::uintptr_t kFailed = std::numeric_limits<std::uintptr_t>::max();
  return reinterpret_cast<std::uintptr_t>(p) == kFailed ? Address() : Address::of(p);
}

}  // namespace

std::uint64_t BsdOs::page_size() {
  std::uint32_t known = page_size_.load(std::memory_order_relaxed);
  if (known == 0) {
    // Threads that come here together find the same.
    const int name[] = {bsd::kHardware, bsd::kPageSize};
    std::uint32_t value = 0;
    std::size_t size = sizeof value;
    if (libc::sysctl(name, 2, &value, &size, nullptr, 0) == 0) known = value;
    page_size_.store(known, std::memory_order_relaxed);
  }
  return known;
}

// What can be known to be wrong without asking the kernel.
Status BsdOs::check(Address base, std::uint64_t size) {
  const std::uint64_t page = page_size();
  const Range range{base, size};
  if (size == 0 || page == 0 || !is_multiple_of(size, page) || !base.is_aligned(page) ||
      range.last() < base) {
    return {Failure::kBadArgument, 0};
  }
  // Nothing of ours lies on page 0 or beyond the width of a pointer; and an address cut to that
  // width would be somebody else's.
  if (base.is_null() || range.last().value() > kLastAddress) return {Failure::kNotReserved, 0};
  return {};
}

Allocation BsdOs::map_anywhere(Address hint, std::uint64_t size, std::int32_t protection) {
  const Status status = check(hint, size);
  if (status.failure == Failure::kBadArgument) return {Address(), status};
  if (size > kLastAddress) return {Address(), {Failure::kNoMemory, 0}};
  // A hint is but a wish: one that a pointer cannot hold is none.
  const Address base = map_pages(status.ok() ? hint : Address(), size, protection, 0);
  if (!base.is_null()) return {base, {}};
  // The arguments are in order: what is invalid is a size that no address space has.
  if (*libc::errno_location() == error::kInvalid) return {Address(), failed(Failure::kNoMemory)};
  return {Address(), failed()};
}

Allocation BsdOs::reserve(Address hint, std::uint64_t size) {
  return map_anywhere(hint, size, bsd::kNone);
}

Status BsdOs::release(Address base, std::uint64_t size) { return free(base, size); }

Status BsdOs::map(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  if (libc::mprotect(base.pointer(), bytes(size), bsd::kReadWrite) == 0) return {};
  const std::int32_t code = *libc::errno_location();
  const bool is_not_ours =
      code == error::kInvalid || (kSystem.protect_finds_holes && code == error::kNoMemory);
  return is_not_ours ? failed(Failure::kNotReserved) : failed();
}

Status BsdOs::used(Address base, std::uint64_t size) { return check(base, size); }

Status BsdOs::unused(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  if (libc::madvise(base.pointer(), bytes(size), kSystem.advise_free) == 0) return {};
  switch (*libc::errno_location()) {
    case error::kFault:
    case error::kInvalid:
    case error::kNoMemory:
      return failed(Failure::kNotReserved);
    default:
      return failed();
  }
}

Status BsdOs::fault(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  if (map_pages(base, size, bsd::kNone, bsd::kFixed).is_null()) {
    return *libc::errno_location() == error::kInvalid ? failed(Failure::kNotReserved) : failed();
  }
  return {};
}

Allocation BsdOs::alloc(std::uint64_t size) {
  return map_anywhere(Address(), size, bsd::kReadWrite);
}

Status BsdOs::free(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  if (libc::munmap(base.pointer(), bytes(size)) == 0) return {};
  return *libc::errno_location() == error::kInvalid ? failed(Failure::kNotReserved) : failed();
}

}  // namespace Atoll::os
