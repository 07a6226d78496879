// The probe as a program of its own where there is no C library: of release 1.11, or the first that
// has this port, written to the backend's console.

#include <string_view>

#include "os/os.h"
#include "tools/probe/probe.h"

namespace {

void print(void* /*context*/, std::string_view line) {
  Atoll::os::native().write(line);
  Atoll::os::native().write("\n");
}

}  // namespace

int main() {
  const bool agrees =
      Atoll::probe::run(Atoll::os::native(), Atoll::port::native_release(), false, print, nullptr);
  print(nullptr, "atoll: done");
  return agrees ? 0 : 1;
}
