#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

#include "os/linux/linux_os.h"
#include "os/linux/probe.h"
#include "os/linux/system.h"

namespace Atoll::os {

std::uint64_t LinuxSystem::page_size() { return linux_probe::page_size(::getauxval(AT_PAGESZ)); }

void* LinuxSystem::map(void* where, std::size_t size, Access access, bool fixed) {
  void* const p = ::mmap(where, size, access == Access::kNone ? PROT_NONE : PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | (fixed ? MAP_FIXED : 0), -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}

bool LinuxSystem::make_ready(void* base, std::size_t size) {
  return ::mprotect(base, size, PROT_READ | PROT_WRITE) == 0;
}

bool LinuxSystem::take_back(void* base, std::size_t size) {
  return ::madvise(base, size, MADV_DONTNEED) == 0;
}

bool LinuxSystem::unmap(void* base, std::size_t size) { return ::munmap(base, size) == 0; }

std::ptrdiff_t LinuxSystem::write(const void* bytes, std::size_t size) {
  return ::write(STDERR_FILENO, bytes, size);
}

std::uint64_t LinuxOs::huge_page_size() { return linux_probe::huge_page_size(); }

bool LinuxOs::decommit_zeroes() {
  return decommit_zeroes_.get([this] { return linux_probe::decommit_zeroes(page_size()); });
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
