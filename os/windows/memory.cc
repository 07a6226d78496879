#include "os/windows/system.h"
// This needs the types of the header above.
#include <psapi.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "os/backend/probes.h"
#include "os/backend/range_check.h"
#include "os/windows/windows_os.h"

namespace Atoll::os {
namespace {

Failure failure_of(DWORD code) {
  switch (code) {
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
    case ERROR_COMMITMENT_LIMIT:
      return Failure::kNoMemory;
    case ERROR_ACCESS_DENIED:
      return Failure::kDenied;
    default:
      return Failure::kNotReserved;
  }
}

Status failed(Failure failure, DWORD code) { return {failure, static_cast<std::int32_t>(code)}; }

SYSTEM_INFO system_info() {
  SYSTEM_INFO info{};
  ::GetSystemInfo(&info);
  return info;
}

// The run of pages from `a` on that are in one state and belong to one reservation. Empty if they
// are not ours.
Range piece_at(Address a, Address* reservation) {
  MEMORY_BASIC_INFORMATION info{};
  if (::VirtualQuery(a.pointer(), &info, sizeof info) == 0) return {a, 0};
  if (info.State == MEM_FREE || info.Type != MEM_PRIVATE) return {a, 0};
  *reservation = Address::of(info.AllocationBase);
  return {a, Address::of(info.BaseAddress) + info.RegionSize - a};
}

// Calls `operation(piece)` for all pieces of `range` until one fails.
template <typename Operation>
Status for_each_piece(Range range, Operation operation) {
  Address reservation;
  for (std::uint64_t done = 0; done < range.size;) {
    Range piece = piece_at(range.base + done, &reservation);
    if (piece.is_empty()) return {Failure::kNotReserved, 0};
    piece.size = std::min(piece.size, range.size - done);
    const Status status = operation(piece);
    if (!status.ok()) return status;
    done += piece.size;
  }
  return {};
}

Status check_ours(Range range) {
  return for_each_piece(range, [](Range) { return Status(); });
}

// Makes one call if the system accepts it, otherwise one for each piece.
template <typename Operation>
Status apply(Range range, Operation operation) {
  const Status whole = operation(range);
  if (whole.failure != Failure::kNotReserved) return whole;
  const Status ours = check_ours(range);
  if (!ours.ok()) return failed(Failure::kNotReserved, static_cast<DWORD>(whole.native_code));
  return for_each_piece(range, operation);
}

Status commit(Range range) {
  void* p = ::VirtualAlloc(range.base.pointer(), static_cast<std::size_t>(range.size), MEM_COMMIT,
                           PAGE_READWRITE);
  if (p != nullptr) return {};
  const DWORD code = ::GetLastError();
  return failed(failure_of(code), code);
}

Status decommit(Range range) {
  if (::VirtualFree(range.base.pointer(), static_cast<std::size_t>(range.size), MEM_DECOMMIT)) {
    return {};
  }
  const DWORD code = ::GetLastError();
  return failed(failure_of(code), code);
}

Status release_whole(Range range) {
  Address reservation;
  std::uint64_t size = 0;
  for (;;) {
    Address owner;
    const Range piece = piece_at(range.base + size, &owner);
    if (piece.is_empty() || (size != 0 && owner != reservation)) break;
    reservation = owner;
    size += piece.size;
  }
  if (size == 0) return {Failure::kNotReserved, 0};
  if (reservation != range.base || size != range.size) {
    return {size < range.size ? Failure::kNotReserved : Failure::kUnsupported, 0};
  }
  if (::VirtualFree(range.base.pointer(), 0, MEM_RELEASE)) return {};
  const DWORD code = ::GetLastError();
  return failed(failure_of(code), code);
}

// Counts whole pages. Returns nothing if the system does not tell.
std::optional<std::uint64_t> count_resident(Range range, std::uint64_t page_size) {
  // On the stack: 2 KiB where pointers have 64 bits.
  std::array<PSAPI_WORKING_SET_EX_INFORMATION, 128> pages{};
  std::uint64_t resident = 0;
  for (std::uint64_t done = 0; done < range.size;) {
    // The array itself is resident, since this just wrote it.
    std::size_t count = 0;
    pages[count++].VirtualAddress = pages.data();
    for (; count < pages.size() && done < range.size; ++count, done += page_size) {
      pages[count].VirtualAddress = (range.base + done).pointer();
    }
    const auto bytes = static_cast<DWORD>(count * sizeof pages[0]);
    if (!::K32QueryWorkingSetEx(::GetCurrentProcess(), pages.data(), bytes)) return std::nullopt;
    if (!pages[0].VirtualAttributes.Valid) return std::nullopt;
    for (std::size_t i = 1; i < count; ++i) resident += pages[i].VirtualAttributes.Valid;
  }
  return resident * page_size;
}

}  // namespace

std::uint64_t WindowsOs::page_size() {
  return page_size_.get([] { return system_info().dwPageSize; });
}

Status WindowsOs::check(Address base, std::uint64_t size) {
  return check_range({base, size}, page_size());
}

Machine WindowsOs::probe() {
  find_functions();
  const SYSTEM_INFO info = system_info();
  Machine machine;
  machine.page_size = info.dwPageSize;
  machine.granularity = info.dwAllocationGranularity;
  machine.address_bits = static_cast<std::uint32_t>(
      std::bit_width(Address::of(info.lpMaximumApplicationAddress).value()));
  machine.honours_hints = honours_hints(*this, info.dwAllocationGranularity);
  machine.releases_parts = false;
  machine.lazy_commit = false;  // the system charges committed pages against its limit at once
  machine.can_shrink = true;
  machine.can_protect = true;
  machine.linear_only = false;
  machine.has_threads = true;
  return machine;
}

Allocation WindowsOs::allocate(Address hint, std::uint64_t size, std::uint32_t kind) {
  const Status status = check_request(hint, size, page_size());
  if (!status.ok()) return {Address(), status};
  void* p = ::VirtualAlloc(hint.pointer(), static_cast<std::size_t>(size), kind, PAGE_READWRITE);
  if (p != nullptr) return {Address::of(p), {}};
  const DWORD code = ::GetLastError();
  const Failure failure = failure_of(code);
  // The arguments are valid, so the size is the cause of any other error.
  return {Address(), failed(failure == Failure::kDenied ? failure : Failure::kNoMemory, code)};
}

Allocation WindowsOs::reserve(Address hint, std::uint64_t size) {
  const Status status = check(hint, size);
  if (status.failure == Failure::kBadArgument) return {Address(), status};
  const SYSTEM_INFO info = system_info();
  // Wine would give a 32-bit program addresses above what it calls the maximum.
  const bool within = Range{hint, size}.last() <= Address::of(info.lpMaximumApplicationAddress);
  if (status.ok() && within && hint.is_aligned(info.dwAllocationGranularity)) {
    const Allocation there = allocate(hint, size, MEM_RESERVE);
    if (there.ok()) return there;
  }
  return allocate(Address(), size, MEM_RESERVE);
}

Status WindowsOs::release(Address base, std::uint64_t size) { return free(base, size); }

Status WindowsOs::map(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  return status.ok() ? check_ours({base, size}) : status;
}

Status WindowsOs::used(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  return status.ok() ? apply({base, size}, commit) : status;
}

Status WindowsOs::unused(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  return status.ok() ? apply({base, size}, decommit) : status;
}

Status WindowsOs::fault(Address base, std::uint64_t size) { return unused(base, size); }

Allocation WindowsOs::alloc(std::uint64_t size) {
  return allocate(Address(), size, MEM_RESERVE | MEM_COMMIT);
}

Status WindowsOs::free(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  return status.ok() ? release_whole({base, size}) : status;
}

std::optional<std::uint64_t> WindowsOs::resident(Address base, std::uint64_t size) {
  const Range range{base, size};
  if (!check(base, size).ok() || !check_ours(range).ok()) return std::nullopt;
  return count_resident(range, page_size());
}

}  // namespace Atoll::os
