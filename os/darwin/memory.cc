#include <cstddef>
#include <cstdint>

#include "os/backend/probes.h"
#include "os/darwin/darwin_os.h"
#include "os/darwin/mmap_system.h"
#include "os/darwin/system.h"

// The linker makes this: the first address after this image's data.
extern "C" char atoll_end_of_data __asm("segment$end$__DATA");

namespace Atoll::os {

std::uint64_t DarwinSystem::page_size() {
  int name[] = {darwin::kControlHardware, darwin::kHardwarePageSize};
  int value = 0;
  std::size_t size = sizeof value;
  if (darwin::sysctl(name, 2, &value, &size, nullptr, 0) != 0 || value <= 0) return 0;
  return static_cast<std::uint64_t>(value);
}

bool DarwinSystem::take_back(void* base, std::size_t size) {
  return darwin::madvise(base, size, darwin::kAdviceFreeReusable) == 0 ||
         darwin::madvise(base, size, darwin::kAdviceFree) == 0;
}

bool DarwinSystem::find_resident(void* base, std::size_t size, unsigned char* pages) {
  return darwin::mincore(base, size, reinterpret_cast<char*>(pages)) == 0;
}

std::uint32_t DarwinOs::address_bits() {
  return static_cast<std::uint32_t>(address_bits_.get([this] {
    MmapMemory<DarwinSystem> memory;
    // Apple's processors could have 48 bits. The first place in a half is low, for devices that
    // have little more than half.
    return os::address_bits(memory, page_size(),
                            {.most = 48, .fewest = 32, .sixteenths = {1, 3, 8, 12}});
  }));
}

// The kernel does not refuse addresses with more bits than a process has, so the backend does.
std::uint64_t DarwinOs::last_address() {
  return page_size() == 0 ? 0 : (std::uint64_t{1} << address_bits()) - 1;
}

Machine DarwinOs::probe() {
  Machine machine = probe_mmap();
  if (machine.page_size != 0) {
    MmapMemory<DarwinSystem> memory;
    machine.address_bits = address_bits();
    machine.honours_hints = honours_hints(memory, machine.page_size);
  }
  machine.end_of_data = Address::of(&atoll_end_of_data);
  machine.has_threads = true;
  return machine;
}

Status DarwinOs::used(Address base, std::uint64_t size) {
  const Status status = check(base, size);
  if (status.ok()) {
    (void)darwin::madvise(base.pointer(), static_cast<std::size_t>(size), darwin::kAdviceFreeReuse);
  }
  return status;
}

}  // namespace Atoll::os
