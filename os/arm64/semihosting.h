// Arm semihosting: calls to whatever runs this machine, an emulator or a debugger.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "os/base/address.h"

namespace Atoll::os::arm64::semihosting {

// To the console, all bytes but zeroes.
void write(std::string_view text);

[[noreturn]] void exit(int code);

// Seconds since 1970.
std::uint64_t time();

// What the program was started with, words parted by single spaces. Ends with a zero, and is empty
// if it does not fit or there is none.
void command_line(std::span<char> line);

// Where the memory that holds this program ends.
Address end_of_memory();

}  // namespace Atoll::os::arm64::semihosting
