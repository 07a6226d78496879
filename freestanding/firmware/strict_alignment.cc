// A Cortex-M0 faults where an access is not aligned. A Cortex-M3, on which its programs run here,
// does so only if it is told to: this happens before main().

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
