#include <fmt/format.h>

#include <algorithm>

#include "tools/atoll/observe/readers.h"

namespace Atoll::observe {
namespace {

enum SectionId : std::uint64_t { kCustom = 0, kImports = 2, kData = 11 };
enum ImportKind : std::uint64_t { kFunction, kTable, kMemory, kGlobal, kTag };
enum Instruction : std::uint64_t { kInstructionEnd = 0x0b, kConst32 = 0x41, kConst64 = 0x42 };

// Names are compared with short ones, and lists that no compiler makes are not read to their end.
constexpr std::uint64_t kMostName = 256;
constexpr std::uint64_t kMostImports = 1 << 16;
constexpr std::uint64_t kMostSections = 4096;
constexpr std::uint64_t kMostProducers = 64;

class WasmReader {
 public:
  explicit WasmReader(const Source& source) : fields_(source, Endian::kLittle) {}

  Image read() {
    fields_.require(0, 8, "its header");
    const std::uint64_t version = fields_.u32(4);
    if (version >> 16 != 0) throw BadFile("is a component of wasm, not a module");
    if (version != 1) throw BadFile(fmt::format("is wasm of the unknown version {}", version));
    image_.format = "wasm";
    image_.goarch = port::Goarch::kWasm;
    image_.is_stripped = true;
    at_ = 8;
    for (std::uint64_t i = 0; at_ < fields_.source().size(); ++i) {
      if (i == kMostSections) throw BadFile("is malformed: it has too many sections");
      read_section();
    }
    image_.order_segments();
    return image_;
  }

 private:
  void read_section() {
    const std::uint64_t id = fields_.u8(at_++);
    const std::uint64_t size = leb();
    fields_.require(at_, size, "a section");
    end_ = at_ + size;
    const std::uint64_t end = end_;
    if (id == kCustom) read_custom();
    if (id == kImports) read_imports();
    if (id == kData) read_data();
    at_ = end;
  }

  std::uint64_t leb() { return read_leb(fields_, at_); }

  // The text of a name's beginning; the name itself is passed.
  std::string name() {
    const std::uint64_t size = leb();
    if (at_ > end_ || size > end_ - at_) throw BadFile("is malformed: a name does not fit");
    const auto shown = static_cast<std::size_t>(std::min(size, kMostName));
    std::string text = fields_.bytes(at_, shown);
    at_ += size;
    return text;
  }

  void read_custom() {
    const std::string custom = name();
    if (custom == "name") image_.is_stripped = false;
    if (custom == "producers") read_producers();
  }

  void read_producers() {
    const std::uint64_t num_fields = std::min(leb(), kMostProducers);
    for (std::uint64_t i = 0; i < num_fields; ++i) {
      name();
      const std::uint64_t count = std::min(leb(), kMostProducers);
      for (std::uint64_t k = 0; k < count; ++k) {
        const std::string producer = name();
        const std::string version = name();
        if (producer == "Go cmd/compile") image_.go_producer = version;
      }
    }
  }

  void read_imports() {
    const std::uint64_t count = std::min(leb(), kMostImports);
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::string module = name();
      name();
      if (module == "go" || module == "gojs") image_.goos = port::Goos::kJs;
      if (module == "wasi_snapshot_preview1" && !image_.goos) image_.goos = port::Goos::kWasip1;
      if (!skip_description()) return;
    }
  }

  void skip_limits() {
    const std::uint64_t flags = leb();
    leb();
    if ((flags & 1) != 0) leb();
  }

  // False if the kind is unknown.
  bool skip_description() {
    switch (fields_.u8(at_++)) {
      case kFunction:
        leb();
        return true;
      case kTable:
        at_ += 1;
        skip_limits();
        return true;
      case kMemory:
        skip_limits();
        return true;
      case kGlobal:
        at_ += 2;
        return true;
      case kTag:
        at_ += 1;
        leb();
        return true;
      default:
        return false;
    }
  }

  void read_data() {
    const std::uint64_t count = leb();
    if (count > kMostSegments) throw BadFile("is malformed: it has too many data segments");
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t flags = leb();
      if (flags == 2) leb();
      const bool is_passive = flags == 1;
      const std::uint64_t address = is_passive ? 0 : constant();
      const std::uint64_t size = leb();
      if (at_ > end_ || size > end_ - at_) {
        throw BadFile("is malformed: a data segment does not fit");
      }
      image_.segments.push_back({at_, size, address});
      at_ += size;
    }
  }

  // The value of an initialiser, which is a constant in every program of Go.
  std::uint64_t constant() {
    const std::uint64_t instruction = fields_.u8(at_++);
    if (instruction != kConst32 && instruction != kConst64) {
      throw BadFile("has data segments that no compiler of Go makes");
    }
    const std::uint64_t begin = at_;
    std::uint64_t value = leb();
    const std::uint64_t bits = 7 * (at_ - begin);
    const bool is_negative = (fields_.u8(at_ - 1) & 0x40) != 0;
    if (is_negative && bits < 64) value |= ~std::uint64_t{0} << bits;
    if (instruction == kConst32) value &= 0xffffffff;
    if (fields_.u8(at_++) != kInstructionEnd) {
      throw BadFile("is malformed: an initialiser has no end");
    }
    return value;
  }

  Fields fields_;
  Image image_;
  std::uint64_t at_ = 0;
  std::uint64_t end_ = 0;  // of the section
};

}  // namespace

Image read_wasm(const Source& source) { return WasmReader(source).read(); }

}  // namespace Atoll::observe
