#include "os/linux/probe.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>

#include "os/backend/probes.h"
#include "os/base/bits.h"
#include "os/base/decimal.h"
#include "os/linux/system.h"

// The linker sets this: the first address after the static data.
extern "C" __attribute__((weak)) char _end[];

namespace Atoll::os::linux_probe {
namespace {

// Memory that is mapped while one probe runs.
class Mapping {
 public:
  Mapping(Address hint, std::uint64_t size, int protection, int flags = 0)
      : size_(static_cast<std::size_t>(size)) {
    void* p = ::mmap(hint.pointer(), size_, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
    if (p != MAP_FAILED) base_ = static_cast<unsigned char*>(p);
  }
  ~Mapping() {
    if (base_ != nullptr) ::munmap(base_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  unsigned char* base() const { return base_; }
  Address address() const { return Address::of(base_); }

 private:
  unsigned char* base_ = nullptr;
  std::size_t size_;
};

enum class Answer : std::uint8_t { kNo, kYes, kUnclear };

// Whether `place` is an address that processes may have. From Linux 4.17 on one call tells. Older
// kernels, and emulators without the flag, take it for a hint, which they may refuse for any
// reason.
[[gnu::cold]] Answer is_address(Address place, std::uint64_t page_size) {
#if defined(MAP_FIXED_NOREPLACE)
  constexpr int kFlags = MAP_FIXED_NOREPLACE;
#else
  constexpr int kFlags = 0;
#endif
  const Mapping scratch(place, page_size, PROT_NONE, kFlags);
  if (scratch.base() == nullptr) return errno == EEXIST ? Answer::kYes : Answer::kNo;
  return scratch.address() == place ? Answer::kYes : Answer::kUnclear;
}

}  // namespace

[[gnu::cold]] std::uint64_t page_size(std::uint64_t aux_value) {
  if (aux_value != 0) return aux_value;
  constexpr std::size_t kSmallest = 4096;
  constexpr std::size_t kLargest = 256 << 10;
  const Mapping scratch(Address(), kLargest, PROT_READ | PROT_WRITE);
  if (scratch.base() == nullptr) return 0;
  for (std::size_t n = kSmallest; n < kLargest; n *= 2) {
    unsigned char resident = 0;
    if (::mincore(scratch.base() + n, 1, &resident) == 0) return n;
  }
  return kLargest;
}

[[gnu::cold]] std::uint64_t parse_huge_page_size(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  const std::uint64_t n = parse_decimal(text).value_or(0);
  return is_power_of_two(n) ? n : 0;
}

[[gnu::cold]] std::uint64_t huge_page_size() {
  const int file =
      ::open("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 32> text{};
  const ssize_t n = ::read(file, text.data(), text.size());
  ::close(file);
  return n <= 0 ? 0 : parse_huge_page_size({text.data(), static_cast<std::size_t>(n)});
}

[[gnu::cold]] AddressSpace address_space(std::uint64_t page_size) {
  // Only s390x has addresses of more than 57 bits. There, such a probe may add up to two levels to
  // this process's page tables for good, as the first hint of that height would.
  constexpr std::uint32_t kMost = sizeof(void*) * 8;
  constexpr std::uint32_t kFewest = 28;
  const auto place = [](std::uint32_t bits, unsigned eighths) {
    const std::uint64_t half = std::uint64_t{1} << (bits - 1);
    return Address(half + half / 8 * eighths);
  };
  // Whether there are addresses of `bits` bits. It tries several places: one may be occupied, and
  // the last may be the kernel's (32 bits, 3 GiB each).
  const auto are_there = [&](std::uint32_t bits) {
    for (const unsigned eighths : {1U, 3U, 6U}) {
      const Answer answer = is_address(place(bits, eighths), page_size);
      if (answer != Answer::kUnclear) return answer == Answer::kYes;
    }
    return false;
  };
  // Every process runs this when it starts, so it takes few steps: most have no more bits than a
  // stack address shows, and if the kernel honours a hint there, it honours hints.
  const int on_stack = 0;
  const std::uint32_t of_stack = std::clamp(width_of(Address::of(&on_stack)), kFewest, kMost);
  std::uint32_t found = kFewest;
  std::uint32_t most = kMost;
  MmapMemory<LinuxSystem> memory;
  const bool honoured = is_honoured(memory, place(of_stack, 2), page_size);
  if (honoured || are_there(of_stack)) {
    found = of_stack;
    if (found == kMost || !are_there(found + 1)) most = found;
  }
  while (found < most) {
    const std::uint32_t bits = (found + most + 1) / 2;
    if (are_there(bits)) {
      found = bits;
    } else {
      most = bits - 1;
    }
  }
  if (found == kFewest) found = address_bits_seen(memory, page_size);
  return {.bits = found, .honours_hints = honoured || honours_hints(memory, page_size)};
}

[[gnu::cold]] bool accepts_any_address(std::uint32_t address_bits, std::uint64_t page_size) {
  // It is neither in the lower half of an address space nor in the upper one, except on s390x.
  constexpr std::uint32_t kBits = 62;
  if (address_bits > kBits || sizeof(void*) < 8) return false;
  const Address nobodys(std::uint64_t{1} << kBits);
  return ::madvise(nobodys.pointer(), static_cast<std::size_t>(page_size), MADV_NORMAL) == 0;
}

[[gnu::cold]] bool decommit_zeroes(std::uint64_t page_size) {
  // Tests the middle one of three pages, because an emulator may clear only larger pieces.
  const Mapping scratch(Address(), 3 * page_size, PROT_READ | PROT_WRITE);
  if (scratch.base() == nullptr) return false;
  const auto page = static_cast<std::size_t>(page_size);
  volatile unsigned char* const middle = scratch.base() + page;
  middle[0] = 1;
  middle[page - 1] = 1;
  return ::madvise(scratch.base() + page, page, MADV_DONTNEED) == 0 && middle[page - 1] == 0 &&
         middle[0] == 0;
}

Address end_of_data() { return Address::of(_end); }

Address program_break() {
  // Not sbrk(), which would set up libc's own break.
  const long end = ::syscall(SYS_brk, 0);
  return end == -1 ? Address() : Address(static_cast<unsigned long>(end));
}

}  // namespace Atoll::os::linux_probe
