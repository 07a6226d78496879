// Runs a program of macOS, or with --ios one in the small address space of iOS:
//   darwin_host [--ios] PROGRAM ARGUMENTS...
// README.md says what is served. The program must be of the processor that the host is built for.

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "hosts/base/bytes.h"
#include "hosts/base/guest_memory.h"
#include "hosts/base/refuse.h"
#include "hosts/darwin/image.h"
#include "hosts/darwin/load.h"
#include "hosts/darwin/shims.h"
#include "os/sim/presets.h"

namespace {

namespace hosts = Atoll::hosts;
namespace darwin = Atoll::hosts::darwin;
namespace presets = Atoll::os::sim::presets;

#if defined(__aarch64__)
constexpr darwin::Processor kProcessor = darwin::Processor::kArm64;
#else
constexpr darwin::Processor kProcessor = darwin::Processor::kAmd64;
#endif

Atoll::os::sim::Config rules(bool is_ios) {
  if (is_ios) return presets::ios_arm64();
  return kProcessor == darwin::Processor::kArm64 ? presets::darwin_arm64()
                                                 : presets::darwin_amd64();
}

// The types of the functions that the dynamic linker calls.
using Initialiser = void (*)(int argc, char** argv, char** environment, char** apple);
using Main = int (*)(int argc, char** argv, char** environment, char** apple);

template <class Function>
Function function_at(Atoll::Address address) {
  return reinterpret_cast<Function>(address.pointer());
}

[[noreturn]] void run(const darwin::Image& image, int argc, char** argv) {
  char* apple[] = {nullptr};
  for (const Atoll::Address initialiser : image.initialisers) {
    function_at<Initialiser>(initialiser)(argc, argv, environ, apple);
  }
  ::_exit(function_at<Main>(image.entry)(argc, argv, environ, apple));
}

}  // namespace

int main(int argc, char** argv) {
  int first = 1;
  const bool is_ios = argc > 1 && std::string_view(argv[1]) == "--ios";
  if (is_ios) ++first;
  if (argc <= first) hosts::refuse("usage: darwin_host [--ios] PROGRAM ARGUMENTS...");
  if (is_ios && kProcessor != darwin::Processor::kArm64) hosts::refuse("iOS runs on arm64 only");
  const char* const path = argv[first];

  const std::optional<hosts::Bytes> file = hosts::map_file(path);
  if (!file) hosts::refuse("%s: %s", path, std::strerror(errno));
  darwin::Image image;
  const std::string why = darwin::read_image(*file, kProcessor, &image);
  if (!why.empty()) hosts::refuse("%s: %s", path, why.c_str());

  static hosts::GuestMemory memory(rules(is_ios));
  darwin::serve_from(memory);
  darwin::load(image, memory, darwin::find_shim);
  run(image, argc - first, argv + first);
}
