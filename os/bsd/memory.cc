#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "os/backend/probes.h"
#include "os/bsd/bsd_os.h"
#include "os/bsd/libc.h"
#include "os/bsd/system.h"
#include "os/bsd/systems.h"

// The linker sets this: the first address after the static data.
extern "C" __attribute__((weak)) char _end[];

namespace Atoll::os {

using bsd::kSystem;
namespace libc = bsd::libc;

std::uint64_t BsdSystem::page_size() {
  const int name[] = {bsd::kHardware, bsd::kPageSize};
  std::uint32_t value = 0;
  std::size_t size = sizeof value;
  return libc::sysctl(name, 2, &value, &size, nullptr, 0) == 0 ? value : 0;
}

bool BsdSystem::take_back(void* base, std::size_t size) {
  return libc::madvise(base, size, kSystem.advise_free) == 0;
}

bool BsdSystem::find_resident(void* base, std::size_t size, unsigned char* pages) {
  if constexpr (kSystem.has_mincore) {
    return libc::mincore(base, size, reinterpret_cast<char*>(pages)) == 0;
  } else {
    (void)base, (void)size, (void)pages;
    return false;
  }
}

Machine BsdOs::probe() {
  Machine machine = probe_mmap();
  if (machine.page_size == 0) return Machine();
  MmapMemory<BsdSystem> memory;
  machine.address_bits = address_bits(memory, machine.page_size,
                                      {.most = std::min<std::uint32_t>(57, sizeof(void*) * 8),
                                       .fewest = 28,
                                       .sixteenths = {2, 6, 12}});
  machine.end_of_data = Address::of(_end);
  machine.honours_hints = honours_hints(memory, machine.page_size);
  machine.has_threads = libc::pthread_key_create != nullptr;
  return machine;
}

}  // namespace Atoll::os
