// What a heap runs on and is made for: an operating system, what it told of itself, and the numbers
// of a port. Set once when a heap starts and passed to every component.
#pragma once

#include "os/base/address.h"
#include "os/os.h"
#include "src/port/port.h"

namespace Atoll {

struct Platform {
  os::Os& os;
  os::Machine machine;  // what os.probe() told
  port::PortSpec spec;

  // Between addresses of the system and pointers of this process. They differ only over a simulated
  // system whose addresses this machine does not have.
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
