// The operating system that a heap runs on, the facts that this reported about the machine, and the
// numbers of the port that the heap is for. The heap sets it once when it starts, and passes it to
// every component.
#pragma once

#include "os/base/address.h"
#include "os/os.h"
#include "src/port/port.h"

namespace Atoll {

struct Platform {
  os::Os& os;
  os::Machine machine;  // the answer of os.probe()
  port::PortSpec spec;

  // Convert between addresses of the system and pointers of this process. They differ only over a
  // simulated system whose addresses this machine does not have.
  void* pointer(Address address) const { return (address - machine.pointer_bias).pointer(); }
  template <typename T>
  T* pointer_to(Address address) const {
    return static_cast<T*>(pointer(address));
  }
  Address address(const volatile void* p) const { return Address::of(p) + machine.pointer_bias; }

  // `bytes` in whole pages of the hardware; wraps to 0 past the last.
  std::uint64_t whole_pages(std::uint64_t bytes) const {
    const std::uint64_t page = machine.page_size;
    return (bytes + page - 1) & ~(page - 1);
  }
};

}  // namespace Atoll
