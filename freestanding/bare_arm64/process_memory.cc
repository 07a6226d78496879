// Without an operating system: the processor itself tells whether an access would fault, with its
// instructions that translate an address and do nothing else.
#include "tests/os/process_memory.h"

namespace Atoll::os::test {
namespace {

bool is_success(std::uint64_t result) { return (result & 1) == 0; }

bool can_read(Address address) {
  std::uint64_t result = 0;
  __asm__ volatile("at s1e1r, %1; isb; mrs %0, par_el1" : "=r"(result) : "r"(address.value()));
  return is_success(result);
}

bool can_write(Address address) {
  std::uint64_t result = 0;
  __asm__ volatile("at s1e1w, %1; isb; mrs %0, par_el1" : "=r"(result) : "r"(address.value()));
  return is_success(result);
}

}  // namespace

std::optional<std::uint8_t> read_process_byte(Address address) {
  if (!can_read(address)) return std::nullopt;
  return *static_cast<const volatile std::uint8_t*>(address.pointer());
}

bool write_process_byte(Address address, std::uint8_t byte) {
  if (!can_write(address)) return false;
  *static_cast<volatile std::uint8_t*>(address.pointer()) = byte;
  return true;
}

}  // namespace Atoll::os::test
