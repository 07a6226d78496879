// Ends a program that touched memory it must not touch. start.S jumps here, on a stack of its own.

#include <cstdint>

#include "os/arm64/semihosting.h"
#include "os/base/address.h"
#include "os/base/text.h"

namespace Atoll::os::arm64 {

// The arguments are the exception's registers: its syndrome, the address, the instruction.
extern "C" [[noreturn]] void atoll_fault(std::uint64_t syndrome, std::uint64_t address,
                                         std::uint64_t instruction);

void atoll_fault(std::uint64_t syndrome, std::uint64_t address, std::uint64_t instruction) {
  constexpr int kExitCode = 128 + 11;  // as a shell reports SIGSEGV
  constexpr unsigned kInstructionAbort = 0x21;
  constexpr unsigned kMisalignedFetch = 0x22;
  constexpr unsigned kDataAbort = 0x25;

  const auto reason = static_cast<unsigned>(syndrome >> 26);
  const bool is_store = (syndrome >> 6 & 1) != 0;
  Line line;
  line << "fault: ";
  if (reason == kDataAbort) {
    line << (is_store ? "store" : "load") << " at " << Address(address);
  } else if (reason == kInstructionAbort || reason == kMisalignedFetch) {
    line << "fetch at " << Address(address);
  } else {
    line << "exception " << std::uint64_t{reason} << ", syndrome " << Address(syndrome);
  }
  line << ", instruction " << Address(instruction) << "\n";
  semihosting::write(line.view());
  semihosting::exit(kExitCode);
}

}  // namespace Atoll::os::arm64
