// Touches this process's memory by address and tells whether that faulted, without signals: it
// makes the system copy the byte, which fails where the program would crash.
#pragma once

#include <cstdint>
#include <optional>

#include "os/base/address.h"

namespace Atoll::os::test {

std::optional<std::uint8_t> read_process_byte(Address address);
bool write_process_byte(Address address, std::uint8_t byte);

}  // namespace Atoll::os::test
