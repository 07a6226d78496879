// Arm semihosting: calls to whatever runs this machine, an emulator or a debugger.
#pragma once

#include <cstdint>
#include <string_view>

#include "src/base/address.h"

namespace Atoll::os::arm64::semihosting {

// To the console, all bytes but zeroes.
void write(std::string_view text);

[[noreturn]] void exit(int code);

// Seconds since 1970.
std::uint64_t time();

// Where the memory that holds this program ends.
Address end_of_memory();

}  // namespace Atoll::os::arm64::semihosting
