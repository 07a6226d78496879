#include <sys/auxv.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <limits>

#include "os/linux/linux_os.h"
#include "os/linux/probe.h"
#include "os/linux/system.h"

namespace Atoll::os {

std::uint64_t LinuxSystem::page_size() { return linux_probe::page_size(::getauxval(AT_PAGESZ)); }

bool LinuxSystem::take_back(void* base, std::size_t size) {
  return ::madvise(base, size, MADV_DONTNEED) == 0;
}

bool LinuxSystem::find_resident(void* base, std::size_t size, unsigned char* pages) {
  return ::mincore(base, size, pages) == 0;
}

std::uint64_t LinuxOs::huge_page_size() { return linux_probe::huge_page_size(); }

bool LinuxOs::decommit_zeroes() {
  return decommit_zeroes_.get([this] { return linux_probe::decommit_zeroes(page_size()); });
}

[[gnu::cold]] Status LinuxOs::wish_huge_pages(Address base, std::uint64_t size, HugePages wish) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  if (ignores_advice(base.pointer(), bytes(size))) return {Failure::kUnsupported, 0};
  const int advice = wish == HugePages::kWanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE;
  return ::madvise(base.pointer(), bytes(size), advice) == 0 ? Status() : failed(MmapCall::kAdvise);
}

// Whether the system accepts invalid advice: then it ignores all advice.
bool LinuxOs::ignores_advice(void* pages, std::size_t size) {
  constexpr int kNonsense = std::numeric_limits<int>::max();
  return ignores_advice_.get([=] { return ::madvise(pages, size, kNonsense) == 0; });
}

Machine LinuxOs::probe() {
  Machine machine = probe_mmap();
  const linux_probe::AddressSpace space = linux_probe::address_space(machine.page_size);
  machine.address_bits = space.bits;
  machine.honours_hints = space.honours_hints;
  machine.end_of_data = linux_probe::end_of_data();
  machine.program_break = linux_probe::program_break();
  machine.has_threads = true;
  // Here, because a process may enter a sandbox later that allows only the usual advice.
  if (const std::uint64_t page = machine.page_size; page != 0) {
    void* const here = Address::of(&machine).aligned_down(page).pointer();
    if (!ignores_advice(here, bytes(page)) && linux_probe::accepts_any_address(space.bits, page)) {
      address_bits_.store(space.bits, std::memory_order_relaxed);
    }
  }
  return machine;
}

std::uint64_t LinuxOs::last_address() {
  const std::uint32_t bits = address_bits_.load(std::memory_order_relaxed);
  return bits == 0 ? kLastPointer : (std::uint64_t{1} << bits) - 1;
}

}  // namespace Atoll::os
