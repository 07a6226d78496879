#include <sys/auxv.h>
#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "os/linux/linux_os.h"
#include "os/linux/probe.h"
#include "src/base/bits.h"

namespace Atoll::os {
namespace {

constexpr std::uint64_t kLastAddress = std::numeric_limits<std::uintptr_t>::max();

Status failed(Failure failure) { return {failure, errno}; }

Status failed() {
  switch (errno) {
    case EACCES:
    case EPERM:
      return failed(Failure::kDenied);
    case EAGAIN:
      return failed(Failure::kLockedLimit);
    case EINVAL:
      return failed(Failure::kBadArgument);
    case ENOSYS:
      return failed(Failure::kUnsupported);
    default:
      return failed(Failure::kNoMemory);
  }
}

std::size_t bytes(std::uint64_t size) { return static_cast<std::size_t>(size); }

void* map_pages(Address where, std::uint64_t size, int protection, int flags) {
  return ::mmap(where.pointer(), bytes(size), protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1,
                0);
}

}  // namespace

std::uint64_t LinuxOs::page_size() {
  std::uint32_t known = page_size_.load(std::memory_order_relaxed);
  if (known == 0) {
    // Threads that come here together find the same.
    known = static_cast<std::uint32_t>(linux_probe::page_size(::getauxval(AT_PAGESZ)));
    page_size_.store(known, std::memory_order_relaxed);
  }
  return known;
}

bool LinuxOs::ask(std::atomic<Known>& answer, Question question) {
  Known known = answer.load(std::memory_order_relaxed);
  if (known == Known::kNot) {
    known = question(page_size()) ? Known::kYes : Known::kNo;
    answer.store(known, std::memory_order_relaxed);
  }
  return known == Known::kYes;
}

std::uint64_t LinuxOs::huge_page_size() { return linux_probe::huge_page_size(); }

bool LinuxOs::decommit_zeroes() { return ask(decommit_zeroes_, linux_probe::decommit_zeroes); }

// What can be known to be wrong without asking the kernel.
Status LinuxOs::check(Address base, std::uint64_t size) {
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

Machine LinuxOs::probe() {
  Machine machine;
  machine.page_size = page_size();
  machine.granularity = machine.page_size;
  const linux_probe::AddressSpace space = linux_probe::address_space(machine.page_size);
  machine.address_bits = space.bits;
  machine.honours_hints = space.honours_hints;
  machine.end_of_data = linux_probe::end_of_data();
  machine.program_break = linux_probe::program_break();
  machine.releases_parts = true;
  machine.lazy_commit = true;
  machine.can_shrink = true;
  machine.can_protect = true;
  machine.linear_only = false;
  machine.has_threads = true;
  return machine;
}

Allocation LinuxOs::reserve(Address hint, std::uint64_t size) {
  const Status status = check(hint, size);
  if (status.failure == Failure::kBadArgument) return {Address(), status};
  if (size > kLastAddress) return {Address(), {Failure::kNoMemory, 0}};
  // A hint is but a wish: one that a pointer cannot hold is none.
  const Address wish = status.ok() ? hint : Address();
  void* p = map_pages(wish, size, PROT_NONE, 0);
  if (p == MAP_FAILED) return {Address(), failed()};
  return {Address::of(p), {}};
}

Status LinuxOs::release(Address base, std::uint64_t size) { return free(base, size); }

Status LinuxOs::map(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  if (::mprotect(base.pointer(), bytes(size), PROT_READ | PROT_WRITE) != 0) return failed();
  return {};
}

Status LinuxOs::used(Address base, std::uint64_t size) { return check(base, size); }

Status LinuxOs::unused(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  if (::madvise(base.pointer(), bytes(size), MADV_DONTNEED) == 0) return {};
  // ENOMEM: not all of it is mapped. EINVAL: locked memory, or a kernel without the call.
  if (errno == ENOMEM) return failed(Failure::kNotReserved);
  if (errno == EINVAL) return failed(Failure::kUnsupported);
  return failed();
}

Status LinuxOs::fault(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  if (map_pages(base, size, PROT_NONE, MAP_FIXED) == MAP_FAILED) return failed();
  return {};
}

Allocation LinuxOs::alloc(std::uint64_t size) {
  const Status status = check(Address(), size);
  if (status.failure == Failure::kBadArgument) return {Address(), status};
  if (size > kLastAddress) return {Address(), {Failure::kNoMemory, 0}};
  void* p = map_pages(Address(), size, PROT_READ | PROT_WRITE, 0);
  if (p == MAP_FAILED) return {Address(), failed()};
  return {Address::of(p), {}};
}

Status LinuxOs::free(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  if (::munmap(base.pointer(), bytes(size)) != 0) return failed();
  return {};
}

}  // namespace Atoll::os
