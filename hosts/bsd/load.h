// Makes a process of a plan.
#pragma once

#include <vector>

#include "hosts/bsd/elf.h"
#include "hosts/bsd/process.h"

namespace Atoll::hosts::bsd {

// `rules` with no more address space than this process can have: QEMU has less for a guest than the
// processor would.
os::sim::Config within_reach(const os::sim::Config& rules);

// The program and its stack, with the arguments on it. Text can still be written. Where that
// cannot be done, the program is refused.
struct Image {
  std::vector<Range> text;
  Address stack;  // where argc is
};
Image load(const Plan& plan, std::span<char* const> arguments, Process& process);

// Gives every segment the protection that it asks for.
void protect(const Plan& plan, Process& process);

}  // namespace Atoll::hosts::bsd
