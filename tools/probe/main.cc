// The probe as a program of its own, for targets that the host reaches through an emulator.
//   probe [--go 1.11] [--race]
// Without --go: release 1.11, or the first that has this port.

#include <cstdio>
#include <string_view>

#include "tools/probe/kernel.h"
#include "tools/probe/probe.h"

namespace {

namespace port = Atoll::port;

void print(void* /*context*/, std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  std::fflush(stdout);
}

int usage(std::string_view what) {
  std::fprintf(stderr, "probe: %.*s\n", static_cast<int>(what.size()), what.data());
  std::puts("atoll: done");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  port::Release release = port::native_release();
  bool race = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--race") {
      race = true;
    } else if (argument == "--go" && i + 1 < argc) {
      const auto parsed = port::parse_release(argv[++i]);
      if (!parsed) return usage("unknown release");
      release = *parsed;
    } else {
      return usage("usage: probe [--go RELEASE] [--race]");
    }
  }
  const port::PortProblem problem =
      port::check({release, port::kNativeGoos, port::kNativeGoarch, race});
  if (problem != port::PortProblem::kNone) return usage(port::explain(problem));

  const bool agrees = Atoll::probe::run(Atoll::os::native(), release, race, print, nullptr);
  Atoll::probe::tell_kernel(print, nullptr);
  std::puts("atoll: done");
  return agrees ? 0 : 1;
}
