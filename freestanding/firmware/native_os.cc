// The system of tests on a microcontroller: a heap in a part of the RAM that belongs to nobody
// else, and the platform's console and clock.

#include "freestanding/platform.h"
#include "os/fixed/fixed_os.h"

namespace Atoll {
namespace {

constexpr std::size_t kBytes = std::size_t{ATOLL_NATIVE_MIB} << 20;
alignas(os::FixedSpace::kPageBytes) constinit unsigned char ram[kBytes]{};

constexpr os::FixedServices kServices = {
    .write = [](void*,
                std::string_view text) { freestanding::platform_write(text.data(), text.size()); },
    .abort = [](void*) { freestanding::platform_exit(freestanding::kAborted); },
    .nanoseconds =
        [](void*) {
          // The machine's clock may tell hundredths of a second; a clock must run for all that.
          static constinit std::uint64_t last = 0;
          const std::uint64_t now = freestanding::platform_nanoseconds();
          last = now > last ? now : last + 1;
          return last;
        },
};

constinit os::FixedOs fixed_os(kServices);

}  // namespace

os::Os& os::native() {
  static const bool is_ready = fixed_os.init(ram, sizeof ram).view().empty();
  (void)is_ready;
  return fixed_os;
}

}  // namespace Atoll
