// mmap() and similar functions, with XNU's rules for arguments and XNU's errors. GuestMemory
// decides where memory lies.

#include <sys/mman.h>

#include <mutex>

#include "hosts/base/refuse.h"
#include "hosts/darwin/shims.h"
#include "os/base/bits.h"

namespace Atoll::hosts::darwin {
namespace {

constexpr int kMapShared = 0x1;
constexpr int kMapPrivate = 0x2;
constexpr int kMapFixed = 0x10;
constexpr int kMapNoReserve = 0x40;
constexpr int kMapAnonymous = 0x1000;
constexpr int kServedFlags = kMapPrivate | kMapFixed | kMapNoReserve | kMapAnonymous;

constexpr int kLastPlainAdvice = 4;  // MADV_NORMAL to MADV_DONTNEED
constexpr int kAdviceFree = 5;
constexpr int kAdviceFreeReusable = 7;
constexpr int kAdviceFreeReuse = 8;

std::mutex memory_lock;
GuestMemory* guest_memory = nullptr;

std::uint64_t page_size() { return guest_memory->rules().page_size; }

// Empty if it wraps round the end of the address space.
Range pages_of(void* address, std::size_t size) {
  const Address base = Address::of(address);
  const std::uint64_t rounded = round_up(std::uint64_t{size}, page_size());
  if (rounded < size || (base + rounded).value() < base.value()) return {};
  return {base, rounded};
}

void* failed_mapping(int error) {
  fail(error);
  return MAP_FAILED;
}

// A program cannot know which pages the kernel takes back at once. So this takes half of them, and
// a program that counts on zeroes or on the old contents fails. If the range is one page, the
// page's number decides.
MemoryFailure take_some_back(Range range) {
  const std::uint64_t pages = range.size / page_size();
  const std::uint64_t taken = (pages + (range.base.value() / page_size()) % 2) / 2;
  if (taken == 0) return MemoryFailure::kNone;
  return guest_memory->discard({range.base, taken * page_size()});
}

}  // namespace

void set_memory(GuestMemory& memory) { guest_memory = &memory; }

void* mmap_shim(void* address, std::size_t size, int protection, int flags, int file, long long) {
  // In place of a file, a program may pass a tag that says what the memory is for.
  constexpr int kTag = static_cast<int>(0xff00'0000);
  if (size == 0 || (flags & (kMapPrivate | kMapShared)) == 0) return failed_mapping(kErrorInvalid);
  if ((flags & ~kServedFlags) != 0 || (flags & kMapAnonymous) == 0) {
    refuse("mmap with flags 0x%x is not served", static_cast<unsigned>(flags));
  }
  if (file != -1 && (file & ~kTag) != 0) return failed_mapping(kErrorInvalid);
  if ((protection & (PROT_WRITE | PROT_EXEC)) != 0) protection |= PROT_READ;
  const Range range = pages_of(address, size);
  if (range.is_empty()) return failed_mapping(kErrorInvalid);
  const std::scoped_lock lock(memory_lock);
  Mapping mapping;
  if ((flags & kMapFixed) != 0) {
    if (!range.base.is_aligned(page_size())) return failed_mapping(kErrorInvalid);
    mapping = guest_memory->map_at(range.base, range.size, protection, Existing::kReplace);
  } else {
    mapping = guest_memory->map(range.base.aligned_up(page_size()), range.size, protection);
  }
  if (mapping.failure != MemoryFailure::kNone) return failed_mapping(kErrorNoMemory);
  return mapping.base.pointer();
}

int munmap_shim(void* address, std::size_t size) {
  const Range range = pages_of(address, size);
  if (range.is_empty() || !range.base.is_aligned(page_size())) return fail(kErrorInvalid);
  const std::scoped_lock lock(memory_lock);
  return guest_memory->unmap(range) == MemoryFailure::kNone ? 0 : fail(kErrorInvalid);
}

int mprotect_shim(void* address, std::size_t size, int protection) {
  const Range range = pages_of(address, size);
  if (!range.base.is_aligned(page_size())) return fail(kErrorInvalid);
  if (range.is_empty()) return size == 0 ? 0 : fail(kErrorInvalid);
  if ((protection & (PROT_WRITE | PROT_EXEC)) != 0) protection |= PROT_READ;
  const std::scoped_lock lock(memory_lock);
  return guest_memory->protect(range, protection) == MemoryFailure::kNone ? 0
                                                                          : fail(kErrorNoMemory);
}

int madvise_shim(void* address, std::size_t size, int advice) {
  const bool is_plain = advice >= 0 && advice <= kLastPlainAdvice;
  const bool frees = advice == kAdviceFree || advice == kAdviceFreeReusable;
  if (!is_plain && !frees && advice != kAdviceFreeReuse) {
    refuse("madvise with advice %d is not served", advice);
  }
  const Range range = pages_of(address, size);
  if (range.is_empty()) return size == 0 ? 0 : fail(kErrorInvalid);
  if (!range.base.is_aligned(page_size())) return fail(kErrorInvalid);
  const std::scoped_lock lock(memory_lock);
  if (!guest_memory->is_mapped(range)) return fail(kErrorInvalid);
  if (!frees) return 0;
  return take_some_back(range) == MemoryFailure::kNone ? 0 : fail(kErrorInvalid);
}

// XNU also reports whether a page was read or written lately: here every page in memory was both.
// All pages are anonymous, in memory or not, since no file is mapped.
int mincore_shim(const void* address, std::size_t size, char* pages) {
  constexpr unsigned char kAnonymous = 0x80;
  constexpr unsigned char kThereAndUsed = 0x1 | 0x2 | 0x4 | kAnonymous;
  const Address base = Address::of(address).aligned_down(page_size());
  const std::uint64_t whole = round_up(Address::of(address) - base + size, page_size());
  if (whole < size || (base + whole).value() < base.value()) return fail(kErrorInvalid);
  if (whole == 0) return 0;
  auto* const told = reinterpret_cast<unsigned char*>(pages);
  const std::scoped_lock lock(memory_lock);
  guest_memory->find_resident({base, whole}, told);
  for (std::size_t i = 0; i < whole / page_size(); ++i) {
    told[i] = told[i] != 0 ? kThereAndUsed : kAnonymous;
  }
  return 0;
}

}  // namespace Atoll::hosts::darwin
