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

Status LinuxOs::wish_huge_pages(Address base, std::uint64_t size, HugePages wish) {
  const Status status = check(base, size);
  if (!status.ok()) return status;
  const auto advise = [&](int advice) {
    return ::madvise(base.pointer(), bytes(size), advice) == 0;
  };
  // A system that accepts invalid advice ignores all advice.
  constexpr int kNonsense = std::numeric_limits<int>::max();
  if (ignores_advice_.get([&] { return advise(kNonsense); })) return {Failure::kUnsupported, 0};
  return advise(wish == HugePages::kWanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE)
             ? Status()
             : failed(MmapCall::kAdvise);
}

Machine LinuxOs::probe() {
  Machine machine = probe_mmap();
  const linux_probe::AddressSpace space = linux_probe::address_space(machine.page_size);
  machine.address_bits = space.bits;
  machine.honours_hints = space.honours_hints;
  machine.end_of_data = linux_probe::end_of_data();
  machine.program_break = linux_probe::program_break();
  machine.has_threads = true;
  return machine;
}

}  // namespace Atoll::os
