#include "os/plan9/native/kernel.h"

#include <array>

#include "os/plan9/native/swap_file.h"
#include "os/plan9/native/system_call.h"

// The linker makes this, after the program's data.
extern "C" const char end[];  // NOLINT(readability-identifier-naming)

namespace Atoll::os::plan9 {
namespace {

constexpr std::uintptr_t kStandardError = 2;

// Reads the beginning of the file. Returns how much it read, or 0 on failure.
std::size_t read_file(const char* name, void* buffer, std::size_t size) {
  constexpr std::uintptr_t kForReading = 0;
  const std::int32_t file = call_system(SystemCall::kOpen, argument(name), kForReading);
  if (file < 0) return 0;
  const auto descriptor = static_cast<std::uintptr_t>(file);
  const std::int32_t read =
      call_system(SystemCall::kPread, descriptor, argument(buffer), size, 0, 0);
  call_system(SystemCall::kClose, descriptor);
  return read < 0 ? 0 : static_cast<std::size_t>(read);
}

constinit NativeKernel kernel;

}  // namespace

NativeKernel& native_kernel() { return kernel; }

Address NativeKernel::segment_end() {
  if (end_.is_null()) end_ = Address::of(end);
  return end_;
}

bool NativeKernel::set_break(Address to) {
  if (call_system(SystemCall::kBrk, argument(to.pointer())) < 0) return false;
  end_ = to;
  return true;
}

std::int64_t NativeKernel::write_error(std::string_view text) {
  return call_system(SystemCall::kPwrite, kStandardError, argument(text.data()), text.size(), kHere,
                     kHere);
}

void NativeKernel::abort() {
  for (;;) call_system(SystemCall::kExits, argument("abort"));
}

std::uint64_t NativeKernel::nanoseconds() {
  std::int64_t now = 0;
  const std::intptr_t answer = call_for_word(SystemCall::kNsec, argument(&now));
  // Only a 64-bit word holds it.
  return static_cast<std::uint64_t>(sizeof answer == sizeof now ? answer : now);
}

std::uint64_t NativeKernel::random() {
  std::uint64_t number = 0;
  if (read_file("/dev/random", &number, sizeof number) == sizeof number) return number;
  return nanoseconds();
}

void NativeKernel::yield() { call_system(SystemCall::kSleep, 0); }

std::uint64_t NativeKernel::page_size() {
  std::array<char, 512> text;
  const std::size_t read = read_file("/dev/swap", text.data(), text.size());
  return page_size_in({text.data(), read}).value_or(Plan9Os::kPageSize);
}

}  // namespace Atoll::os::plan9

namespace Atoll::os {

Os& native() {
  static const std::uint64_t page_size = plan9::NativeKernel::page_size();
  static Plan9Segment segment(plan9::kernel, page_size);
  static Plan9Os os(plan9::kernel, segment, page_size);
  return os;
}

}  // namespace Atoll::os
