// A Cortex-M0 faults when an access is not aligned. Its programs run here on a Cortex-M3, which
// does so only if a bit is set. This sets the bit before main().

#include <cstdint>

namespace {

// The Configuration and Control Register of ARMv7-M.
constexpr std::uintptr_t kControl = 0xe000ed14;
constexpr std::uint32_t kTrapUnaligned = 8;

[[gnu::constructor]] void trap_unaligned() {
  auto& control = *reinterpret_cast<volatile std::uint32_t*>(kControl);
  control = control | kTrapUnaligned;
}

}  // namespace
