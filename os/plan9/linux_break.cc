#include "os/plan9/linux_break.h"

#include <unistd.h>

#include "os/plan9/plan9_os.h"

namespace Atoll::os {
namespace {

class LinuxKernel final : public Plan9Kernel {
 public:
  constexpr LinuxKernel() = default;

  // Through libc, which remembers the end and would move it back over ours.
  Address segment_end() override { return Address::of(::sbrk(0)); }
  bool set_break(Address end) override { return ::brk(end.pointer()) == 0; }
  std::int64_t write_error(std::string_view text) override {
    return ::write(STDERR_FILENO, text.data(), text.size());
  }
  [[noreturn]] void abort() override {
    for (;;) native().abort();
  }
  std::uint64_t nanoseconds() override { return native().monotonic_nanoseconds(); }
  std::uint64_t random() override { return native().random_seed(); }
  void yield() override { native().yield(); }
};

constinit LinuxKernel kernel;
constinit Plan9Segment segment(kernel);
constinit Plan9Os plan9(kernel, segment);

}  // namespace

Os& plan9_on_linux() { return plan9; }

}  // namespace Atoll::os
