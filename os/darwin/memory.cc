#include <cstddef>
#include <cstdint>

#include "os/darwin/darwin_os.h"
#include "os/darwin/probe.h"
#include "os/darwin/system.h"
#include "src/base/bits.h"

namespace Atoll::os {
namespace {

Status failed(Failure failure) { return {failure, *darwin::errno_place()}; }

Status failed() {
  switch (*darwin::errno_place()) {
    case darwin::kErrorAccess:
    case darwin::kErrorNotPermitted:
      return failed(Failure::kDenied);
    case darwin::kErrorAgain:
      return failed(Failure::kLockedLimit);
    case darwin::kErrorInvalid:
      return failed(Failure::kBadArgument);
    case darwin::kErrorNoCall:
      return failed(Failure::kUnsupported);
    default:
      return failed(Failure::kNoMemory);
  }
}

Allocation map_pages(Address where, std::uint64_t size, int protection, int flags = 0) {
  void* const p = darwin::mmap(where.pointer(), size, protection,
                               darwin::kMapPrivate | darwin::kMapAnonymous | flags, -1, 0);
  if (Address::of(p) == Address(~std::uint64_t{0})) return {Address(), failed()};
  return {Address::of(p), {}};
}

}  // namespace

// Threads that ask the machine together find the same.
std::uint64_t DarwinOs::page_size() {
  std::uint32_t known = page_size_.load(std::memory_order_relaxed);
  if (known == 0) {
    known = static_cast<std::uint32_t>(darwin::page_size());
    page_size_.store(known, std::memory_order_relaxed);
  }
  return known;
}

std::uint32_t DarwinOs::address_bits() {
  std::uint32_t known = address_bits_.load(std::memory_order_relaxed);
  if (known == 0) {
    known = darwin::address_bits(page_size());
    address_bits_.store(known, std::memory_order_relaxed);
  }
  return known;
}

// What can be known to be wrong without asking the kernel.
Status DarwinOs::check(Address base, std::uint64_t size) {
  const std::uint64_t page = page_size();
  const Range range{base, size};
  if (size == 0 || page == 0 || !is_multiple_of(size, page) || !base.is_aligned(page) ||
      range.last() < base) {
    return {Failure::kBadArgument, 0};
  }
  if (base.is_null() || range.last().value() >> address_bits() != 0) {
    return {Failure::kNotReserved, 0};
  }
  return {};
}

Machine DarwinOs::probe() {
  Machine machine;
  machine.page_size = page_size();
  machine.granularity = machine.page_size;
  if (machine.page_size != 0) {
    machine.address_bits = address_bits();
    machine.honours_hints = darwin::honours_hints(machine.page_size);
  }
  machine.end_of_data = darwin::end_of_data();
  machine.releases_parts = true;
  machine.lazy_commit = true;
  machine.can_shrink = true;
  machine.can_protect = true;
  machine.has_threads = true;
  return machine;
}

Allocation DarwinOs::reserve(Address hint, std::uint64_t size) {
  if (const Status status = check(hint, size); status.failure == Failure::kBadArgument) {
    return {Address(), status};
  }
  if (size >> address_bits() != 0) return {Address(), {Failure::kNoMemory, 0}};
  return map_pages(hint, size, darwin::kProtectNone);
}

Status DarwinOs::release(Address base, std::uint64_t size) { return free(base, size); }

Status DarwinOs::map(Address base, std::uint64_t size) {
  if (const Status status = check(base, size); !status.ok()) return status;
  if (darwin::mprotect(base.pointer(), size, darwin::kProtectReadWrite) == 0) return {};
  // Of this call, ENOMEM tells that not all of it is mapped.
  return *darwin::errno_place() == darwin::kErrorNoMemory ? failed(Failure::kNotReserved)
                                                          : failed();
}

Status DarwinOs::used(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (status.ok()) (void)darwin::madvise(base.pointer(), size, darwin::kAdviceFreeReuse);
  return status;
}

Status DarwinOs::unused(Address base, std::uint64_t size) {
  if (const Status status = check(base, size); !status.ok()) return status;
  if (darwin::madvise(base.pointer(), size, darwin::kAdviceFreeReusable) == 0 ||
      darwin::madvise(base.pointer(), size, darwin::kAdviceFree) == 0) {
    return {};
  }
  // The advice and the arguments are sound, so EINVAL tells that not all of it is mapped.
  return *darwin::errno_place() == darwin::kErrorInvalid ? failed(Failure::kNotReserved) : failed();
}

Status DarwinOs::fault(Address base, std::uint64_t size) {
  if (const Status status = check(base, size); !status.ok()) return status;
  return map_pages(base, size, darwin::kProtectNone, darwin::kMapFixed).status;
}

Allocation DarwinOs::alloc(std::uint64_t size) {
  if (const Status status = check(Address(), size); status.failure == Failure::kBadArgument) {
    return {Address(), status};
  }
  if (size >> address_bits() != 0) return {Address(), {Failure::kNoMemory, 0}};
  return map_pages(Address(), size, darwin::kProtectReadWrite);
}

Status DarwinOs::free(Address base, std::uint64_t size) {
  if (const Status status = check(base, size); !status.ok()) return status;
  if (darwin::munmap(base.pointer(), size) != 0) return failed();
  return {};
}

}  // namespace Atoll::os
