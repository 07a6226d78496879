// Makes a process from a plan.
#pragma once

#include <vector>

#include "hosts/bsd/elf.h"
#include "hosts/bsd/process.h"

namespace Atoll::hosts::bsd {

// Returns `rules`, limited to the address space that this process can have: QEMU gives a process
// less than the processor has.
os::sim::Config within_reach(const os::sim::Config& rules);

struct Image {
  std::vector<Range> text;
  Address stack;  // the place of argc
};
// Maps the program, and its stack with the arguments on it; text is still writable. Refuses the
// program if that fails.
Image load(const Plan& plan, std::span<char* const> arguments, Process& process);

// Gives every segment the protection that it asks for.
void protect(const Plan& plan, Process& process);

}  // namespace Atoll::hosts::bsd
