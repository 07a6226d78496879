// Probes with which the Linux backend finds out what machine it runs on. They are apart so that
// tests can call them with made-up answers.
#pragma once

#include <cstdint>
#include <string_view>

#include "os/os.h"

namespace Atoll::os::linux_probe {

// `aux_value` is the value in the auxiliary vector. If it is 0, this returns the smallest offset at
// which mincore() accepts an address, 256 KiB if it accepts none, and 0 if there is no memory to
// try.
std::uint64_t page_size(std::uint64_t aux_value);

// `text` is the content of hpage_pmd_size. Anything but a power of two in decimal gives 0.
std::uint64_t parse_huge_page_size(std::string_view text);
std::uint64_t huge_page_size();

struct AddressSpace {
  // The largest b for which the system has addresses in the upper half of [0, 2^b). If the probes
  // find none, the width of the highest address seen.
  std::uint32_t bits = 0;
  bool honours_hints = false;
};
AddressSpace address_space(std::uint64_t page_size);

// Whether the kernel accepts advice about an address that no process may have, as gVisor does.
bool accepts_any_address(std::uint32_t address_bits, std::uint64_t page_size);

// Whether MADV_DONTNEED clears a page.
bool decommit_zeroes(std::uint64_t page_size);

// Null where the linker defines no such symbol.
Address end_of_data();
Address program_break();

}  // namespace Atoll::os::linux_probe
