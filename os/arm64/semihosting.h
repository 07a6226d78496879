// Arm semihosting: calls to the emulator or debugger that runs this machine.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "os/base/address.h"

namespace Atoll::os::arm64::semihosting {

// Writes all bytes except zeroes to the console.
void write(std::string_view text);

[[noreturn]] void exit(int code);

// Seconds since 1970.
std::uint64_t time();

// Gets the program's command line, with single spaces between words and a zero at the end. The line
// is empty if there is none or it does not fit.
void command_line(std::span<char> line);

// The end of the memory that holds this program.
Address end_of_memory();

}  // namespace Atoll::os::arm64::semihosting
