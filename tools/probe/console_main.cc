// The probe as a program of its own where there is no C library, written to the backend's console.
//   probe [--go 1.11]
// Without --go: release 1.11, or the first that has this port.

#include <string_view>

#include "os/os.h"
#include "tools/probe/probe.h"

namespace {

namespace port = Atoll::port;

void print(void* /*context*/, std::string_view line) {
  Atoll::os::native().write(line);
  Atoll::os::native().write("\n");
}

int run(int argc, char** argv) {
  port::Release release = port::native_release();
  if (argc == 3 && std::string_view(argv[1]) == "--go") {
    const auto parsed = port::parse_release(argv[2]);
    if (!parsed) {
      print(nullptr, "probe: unknown release");
      return 2;
    }
    release = *parsed;
  }
  const port::PortProblem problem =
      port::check({release, port::kNativeGoos, port::kNativeGoarch, false});
  if (problem != port::PortProblem::kNone) {
    print(nullptr, port::explain(problem));
    return 2;
  }
  return Atoll::probe::run(Atoll::os::native(), release, false, print, nullptr) ? 0 : 1;
}

}  // namespace

// Without an operating system the language gives main() no linkage of its own.
extern "C" int main(int argc, char** argv) {
  const int code = run(argc, argv);
  print(nullptr, "atoll: done");
  return code;
}
