#include "os/base/bits.h"
#include "tools/atoll/observe/readers.h"

namespace Atoll::observe {
namespace {

constexpr std::uint64_t kMagic386 = 0x1eb;
constexpr std::uint64_t kMagicArm = 0x647;

// Where a program's text begins in memory, with the file's header in front of it.
constexpr std::uint64_t kBase32 = 0x1000;
constexpr std::uint64_t kBase64 = 0x200000;

}  // namespace

Image read_plan9(const Source& source) {
  const Fields fields(source, Endian::kBig);
  fields.require(0, 32, "its header");
  const std::uint64_t magic = fields.u32(0);
  const bool is_64 = magic != kMagic386 && magic != kMagicArm;
  Image image;
  image.format = "Plan 9";
  image.pointer_bytes = is_64 ? 8 : 4;
  image.goos = port::Goos::kPlan9;
  image.goarch = is_64                ? port::Goarch::kAmd64
                 : magic == kMagicArm ? port::Goarch::kArm
                                      : port::Goarch::k386;
  image.is_static = true;
  image.is_pie = false;
  image.is_stripped = fields.u32(16) == 0;
  const std::uint64_t header = is_64 ? 40 : 32;
  const std::uint64_t base = is_64 ? kBase64 : kBase32;
  const std::uint64_t text = fields.u32(4);
  const std::uint64_t data = fields.u32(8);
  fields.require(header, text + data, "a segment");
  image.segments = {{header, text, base + header},
                    {header + text, data, round_up(base + header + text, base)}};
  image.order_segments();
  return image;
}

}  // namespace Atoll::observe
