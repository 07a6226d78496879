#include <cstddef>

#include "tests/os/process_memory.h"

namespace Atoll::os::test {
namespace {

// The program can touch everything below the memory's size, and nothing above.
bool is_in_reach(Address address) {
  constexpr std::uint64_t kPage = 65536;
  return address.value() < __builtin_wasm_memory_size(0) * kPage;
}

volatile std::uint8_t* at(Address address) {
  return static_cast<volatile std::uint8_t*>(address.pointer());
}

}  // namespace

std::optional<std::uint8_t> read_process_byte(Address address) {
  if (!is_in_reach(address)) return std::nullopt;
  return *at(address);
}

bool write_process_byte(Address address, std::uint8_t byte) {
  if (!is_in_reach(address)) return false;
  *at(address) = byte;
  return true;
}

}  // namespace Atoll::os::test
