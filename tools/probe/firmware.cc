// The probe as a program for a microcontroller.

#include <cstddef>
#include <cstdio>
#include <string_view>

#include "tools/probe/fixed_probe.h"

namespace {

alignas(8) constinit std::byte ram[64 << 10] = {};

void print(void* /*context*/, std::string_view line) {
  std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
}

}  // namespace

int main() {
  const bool agrees = Atoll::probe::run_fixed(ram, print, nullptr);
  std::puts("atoll: done");
  return agrees ? 0 : 1;
}
