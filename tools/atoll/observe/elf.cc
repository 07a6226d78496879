#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "tools/atoll/observe/readers.h"

namespace Atoll::observe {
namespace {

using port::Goarch;
using port::Goos;

// The offsets of fields, which depend on the size of pointers.
struct Layout {
  unsigned pointer;
  unsigned header_size;
  unsigned program_size;  // of one program header
  unsigned section_size;
  unsigned program_table;  // fields of the file's header
  unsigned section_table;
  unsigned counts;  // of program headers' size; their number, sections' size and number follow
  unsigned program_offset;  // fields of a program header
  unsigned program_address;
  unsigned program_file_size;
  unsigned section_offset;
};

constexpr Layout kLayout32 = {4, 52, 32, 40, 28, 32, 42, 4, 8, 16, 16};
constexpr Layout kLayout64 = {8, 64, 56, 64, 32, 40, 54, 8, 16, 32, 24};

enum FileType : std::uint64_t { kObject = 1, kExecutable = 2, kShared = 3, kCore = 4 };
enum ProgramType : std::uint64_t { kLoad = 1, kDynamic = 2, kInterpreter = 3, kNote = 4 };
enum SectionType : std::uint64_t { kSymbols = 2 };
enum DynamicTag : std::uint64_t { kEnd = 0, kNeeded = 1, kStrings = 5, kFlags1 = 0x6ffffffb };
constexpr std::uint64_t kFlagPie = 0x08000000;

// Real programs have a few of each.
constexpr std::uint64_t kMostDynamic = 4096;
constexpr std::uint64_t kMostNotes = 256;
constexpr std::size_t kMostName = 256;

struct Machine {
  std::uint64_t number;
  unsigned pointer;
  Goarch little;
  Goarch big;
};

// Processors with one byte order have the same name twice; the order is checked elsewhere.
constexpr auto kMachines = std::to_array<Machine>({
    {3, 4, Goarch::k386, Goarch::k386},
    {8, 4, Goarch::kMipsle, Goarch::kMips},
    {8, 8, Goarch::kMips64le, Goarch::kMips64},
    {21, 8, Goarch::kPpc64le, Goarch::kPpc64},
    {22, 8, Goarch::kS390x, Goarch::kS390x},
    {40, 4, Goarch::kArm, Goarch::kArm},
    {62, 4, Goarch::kAmd64p32, Goarch::kAmd64p32},
    {62, 8, Goarch::kAmd64, Goarch::kAmd64},
    {183, 8, Goarch::kArm64, Goarch::kArm64},
    {243, 8, Goarch::kRiscv64, Goarch::kRiscv64},
    {258, 8, Goarch::kLoong64, Goarch::kLoong64},
});

struct Brand {
  std::string_view name;
  Goos goos;
};

// The third field of the file's first bytes names some systems.
std::optional<Goos> system_of(std::uint64_t abi) {
  switch (abi) {
    case 0:
    case 3:
      return Goos::kLinux;  // unless something else says more
    case 2:
      return Goos::kNetbsd;
    case 6:
      return Goos::kSolaris;
    case 9:
      return Goos::kFreebsd;
    case 12:
      return Goos::kOpenbsd;
    case 123:
      return Goos::kNacl;
    default:
      return std::nullopt;
  }
}

constexpr auto kNoteOwners = std::to_array<Brand>({
    {"Android", Goos::kAndroid},
    {"DragonFly", Goos::kDragonfly},
    {"FreeBSD", Goos::kFreebsd},
    {"NetBSD", Goos::kNetbsd},
    {"OpenBSD", Goos::kOpenbsd},
});

// How the paths of the systems' loaders begin.
constexpr auto kLoaders = std::to_array<Brand>({
    {"/system/bin/linker", Goos::kAndroid},
    {"/lib/amd64/ld.so", Goos::kSolaris},
    {"/usr/lib/amd64/ld.so", Goos::kSolaris},
    {"/usr/libexec/ld-elf.so.2", Goos::kDragonfly},
    {"/usr/libexec/ld.so", Goos::kOpenbsd},
    {"/libexec/ld-elf.so", Goos::kFreebsd},
});

class ElfReader {
 public:
  explicit ElfReader(const Source& source)
      : fields_(source, order(source)), layout_(class_of(source)) {
    image_.format = "ELF";
    image_.endian = fields_.endian();
    image_.pointer_bytes = layout_.pointer;
  }

  Image read() {
    fields_.require(0, layout_.header_size, "its header");
    check_type(fields_.u16(16));
    image_.goos = system_of(fields_.u8(7));
    read_machine(fields_.u16(18));
    read_programs();
    read_sections();
    finish();
    return image_;
  }

 private:
  static Endian order(const Source& source) {
    switch (Fields(source, Endian::kLittle).u8(5)) {
      case 1:
        return Endian::kLittle;
      case 2:
        return Endian::kBig;
      default:
        throw BadFile("is malformed: its ELF header names no byte order");
    }
  }

  static const Layout& class_of(const Source& source) {
    switch (Fields(source, Endian::kLittle).u8(4)) {
      case 1:
        return kLayout32;
      case 2:
        return kLayout64;
      default:
        throw BadFile("is malformed: its ELF header has neither 32 nor 64 bits");
    }
  }

  static void check_type(std::uint64_t type) {
    if (type == kObject) throw BadFile("is an object file, not a program");
    if (type == kCore) throw BadFile("is a core dump, not a program");
    if (type != kExecutable && type != kShared) {
      throw BadFile(fmt::format("is malformed: ELF has no type {}", type));
    }
  }

  std::uint64_t pointer(std::uint64_t offset) const {
    return fields_.number(offset, layout_.pointer);
  }

  void read_machine(std::uint64_t number) {
    const bool is_big = fields_.endian() == Endian::kBig;
    for (const Machine& machine : kMachines) {
      if (machine.number != number || machine.pointer != layout_.pointer) continue;
      const Goarch goarch = is_big ? machine.big : machine.little;
      if (port::is_big_endian(goarch) == is_big) image_.goarch = goarch;
    }
  }

  void read_programs() {
    const std::uint64_t table = pointer(layout_.program_table);
    const std::uint64_t size = fields_.u16(layout_.counts);
    const std::uint64_t count = fields_.u16(layout_.counts + 2);
    if (count != 0 && size != layout_.program_size) {
      throw BadFile(fmt::format("is malformed: its program headers have {} bytes", size));
    }
    fields_.require(table, count * size, "its program headers");
    for (std::uint64_t i = 0; i < count; ++i) read_program(table + i * size);
    if (image_.segments.empty()) throw BadFile("is malformed: nothing of it is loaded");
  }

  void read_program(std::uint64_t header) {
    const Segment segment = {pointer(header + layout_.program_offset),
                             pointer(header + layout_.program_file_size),
                             pointer(header + layout_.program_address)};
    switch (fields_.u32(header)) {
      case kLoad:
        fields_.require(segment.offset, segment.size, "a segment");
        image_.segments.push_back(segment);
        break;
      case kDynamic:
        fields_.require(segment.offset, segment.size, "its dynamic section");
        dynamic_ = segment;
        break;
      case kInterpreter:
        fields_.require(segment.offset, segment.size, "its loader's path");
        loader_ = fields_.text(segment.offset, kMostName);
        has_loader_ = true;
        break;
      case kNote:
        fields_.require(segment.offset, segment.size, "a note");
        read_notes(segment);
        break;
      default:
        break;
    }
  }

  void read_notes(const Segment& segment) {
    constexpr std::uint64_t kHeader = 12;
    std::uint64_t at = segment.offset;
    const std::uint64_t end = segment.offset + segment.size;
    for (; at + kHeader <= end && num_notes_ < kMostNotes; ++num_notes_) {
      const std::uint64_t name_size = fields_.u32(at);
      const std::uint64_t text_size = fields_.u32(at + 4);
      const std::uint64_t type = fields_.u32(at + 8);
      at += kHeader;
      const std::uint64_t length = (name_size + 3) / 4 * 4 + (text_size + 3) / 4 * 4;
      if (length > end - at) return;
      const auto name_bytes = static_cast<std::size_t>(std::min<std::uint64_t>(name_size, 16));
      note(fields_.text(at, name_bytes), type);
      at += length;
    }
  }

  void note(std::string_view owner, std::uint64_t type) {
    constexpr std::uint64_t kGoBuildId = 4;
    if (owner == "Go" && type == kGoBuildId) image_.has_go_note = true;
    for (const Brand& brand : kNoteOwners) {
      if (owner == brand.name) image_.goos = brand.goos;
    }
  }

  void read_sections() {
    const std::uint64_t table = pointer(layout_.section_table);
    const std::uint64_t size = fields_.u16(layout_.counts + 4);
    const std::uint64_t count = fields_.u16(layout_.counts + 6);
    const std::uint64_t names = fields_.u16(layout_.counts + 8);
    image_.is_stripped = true;
    if (table == 0 || count == 0) return;
    if (size != layout_.section_size) {
      throw BadFile(fmt::format("is malformed: its section headers have {} bytes", size));
    }
    fields_.require(table, count * size, "its section headers");
    const std::uint64_t texts =
        names < count ? pointer(table + names * size + layout_.section_offset) : 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t header = table + i * size;
      if (fields_.u32(header + 4) == kSymbols) image_.is_stripped = false;
      const std::uint64_t name = texts + fields_.u32(header);
      if (texts == 0 || name < texts || name >= fields_.source().size()) continue;
      if (fields_.text(name, kMostName) == ".go_export") image_.has_gccgo_section = true;
    }
  }

  void read_dynamic() {
    const unsigned width = layout_.pointer;
    const std::uint64_t count =
        std::min<std::uint64_t>(dynamic_.size / (std::uint64_t{2} * width), kMostDynamic);
    std::vector<std::uint64_t> needed;
    std::optional<std::uint64_t> strings;
    for (std::uint64_t i = 0; i < count; ++i) {
      const std::uint64_t at = dynamic_.offset + i * 2 * width;
      const std::uint64_t tag = pointer(at);
      const std::uint64_t value = pointer(at + width);
      if (tag == kEnd) break;
      if (tag == kNeeded) needed.push_back(value);
      if (tag == kStrings) strings = image_.offset_of(value);
      if (tag == kFlags1) is_marked_pie_ = (value & kFlagPie) != 0;
    }
    needs_libraries_ = !needed.empty();
    if (!strings) return;
    for (const std::uint64_t name : needed) {
      const std::uint64_t at = *strings + name;
      if (at < *strings || at >= fields_.source().size()) continue;
      if (fields_.text(at, kMostName).starts_with("libgo.so")) image_.has_gccgo_section = true;
    }
  }

  void finish() {
    image_.order_segments();
    if (dynamic_.size != 0) read_dynamic();
    for (const Brand& brand : kLoaders) {
      if (loader_.starts_with(brand.name)) image_.goos = brand.goos;
    }
    const bool is_shared = fields_.u16(16) == kShared;
    image_.is_static = !has_loader_ && !needs_libraries_;
    image_.is_library = is_shared && !has_loader_ && !is_marked_pie_;
    image_.is_pie = is_shared && !image_.is_library;
  }

  Fields fields_;
  const Layout& layout_;
  Image image_;
  Segment dynamic_;
  std::string loader_;
  bool has_loader_ = false;
  bool needs_libraries_ = false;
  bool is_marked_pie_ = false;
  std::uint64_t num_notes_ = 0;
};

}  // namespace

Image read_elf(const Source& source) { return ElfReader(source).read(); }

}  // namespace Atoll::observe
