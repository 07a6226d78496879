#include "os/fixed/fixed_os.h"

namespace Atoll::os {

Machine FixedOs::probe() {
  Machine machine;
  machine.page_size = FixedSpace::kPageBytes;
  machine.granularity = machine.page_size;
  machine.address_bits = sizeof(void*) * 8;
  machine.honours_hints = true;
  machine.releases_parts = true;
  machine.lazy_commit = false;
  machine.can_shrink = false;  // nobody else could use what the heap gives back
  machine.can_protect = false;
  machine.linear_only = false;
  machine.has_threads = false;
  return machine;
}

void FixedOs::write(std::string_view text) {
  if (services_.write != nullptr) services_.write(services_.context, text);
}

void FixedOs::abort() {
  if (services_.abort != nullptr) services_.abort(services_.context);
  __builtin_trap();
}

std::uint64_t FixedOs::monotonic_nanoseconds() {
  return services_.nanoseconds != nullptr ? services_.nanoseconds(services_.context) : ++calls_;
}

std::uint64_t FixedOs::random_seed() {
  constexpr std::uint64_t kGolden = 0x9e37'79b9'7f4a'7c15;  // 2^64 divided by the golden ratio
  return services_.random != nullptr ? services_.random(services_.context) : ++calls_ * kGolden;
}

}  // namespace Atoll::os
