// Touches memory that it must not touch, in the way that its argument names. Each run must end with
// the handler's line and exit code 139; a program that reaches its last line has failed.

#include <cstdint>
#include <string_view>

#include "os/base/text.h"
#include "os/os.h"

namespace {

using Atoll::Address;
using Atoll::Line;

constexpr std::uint64_t kPage = 4096;

Atoll::os::Os& os() { return Atoll::os::native(); }

void say(const Line& line) { os().write(line.view()); }

void load(Address address) {
  say(Line() << "expect: load at " << address << "\n");
  (void)*static_cast<volatile unsigned char*>(address.pointer());
}

void store(Address address) {
  say(Line() << "expect: store at " << address << "\n");
  *static_cast<volatile unsigned char*>(address.pointer()) = 1;
}

void fetch(Address address) {
  say(Line() << "expect: fetch at " << address << "\n");
  reinterpret_cast<void (*)()>(address.pointer())();
}

// The compiler cannot make this a loop, because every call keeps its bytes until the next has
// returned.
unsigned overflow(unsigned depth) {
  volatile unsigned char bytes[512];
  bytes[depth % sizeof bytes] = static_cast<unsigned char>(depth);
  return depth == ~0U ? 0 : overflow(depth + 1) + bytes[depth % sizeof bytes];
}

constexpr int kConstant = 7;

void touch(std::string_view what) {
  const Address base = os().reserve(Address(std::uint64_t{0x40} << 32), 4 * kPage).base;
  if (what == "reserved") load(base);
  if (what == "reserved-last") store(base + 4 * kPage - 1);
  (void)os().map(base, 4 * kPage);
  if (what == "prepared") load(base);
  (void)os().used(base, 4 * kPage);
  for (std::uint64_t i = 0; i < 4; ++i) {
    *static_cast<volatile unsigned char*>((base + i * kPage).pointer()) = 1;
  }
  if (what == "behind") load(base + 4 * kPage);
  if (what == "data-as-code") fetch(base);
  (void)os().unused(base + kPage, kPage);
  if (what == "unused") load(base + kPage);
  (void)os().fault(base + 2 * kPage, kPage);
  if (what == "fault") store(base + 2 * kPage);
  (void)os().free(base, 4 * kPage);
  if (what == "free") load(base);
  if (what == "null") load(Address());
  if (what == "beyond") store(Address(std::uint64_t{0xc0} << 32));
  if (what == "text") store(Address::of(reinterpret_cast<const void*>(&touch)));
  if (what == "constant") store(Address::of(&kConstant));
  if (what == "stack") {
    say(Line() << "expect: store\n");
    say(Line() << std::uint64_t{overflow(0)});
  }
  if (what == "trap") __builtin_trap();
  if (what == "abort") os().abort();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2) touch(argv[1]);
  os().write("FAIL: nothing stopped the program\n");
  return 1;
}
