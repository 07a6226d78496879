// Counts instructions by stepping a child process through them one by one.
#pragma once

#include <cstdint>
#include <optional>

namespace Atoll::test {

// How many instructions `work(argument)` takes in a child of this process, its call and its return
// included. Empty: this system does not let a process be stepped.
std::optional<std::uint64_t> count_instructions(void (*work)(void*), void* argument);

}  // namespace Atoll::test
