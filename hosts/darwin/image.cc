#include "hosts/darwin/image.h"

#include <algorithm>
#include <cstring>

#include "hosts/darwin/fixups.h"
#include "hosts/darwin/format.h"
#include "os/base/bits.h"

namespace Atoll::hosts::darwin {
namespace {

// These limits are above what any program here needs, and far below the address space.
constexpr std::uint64_t kMostOfASegment = std::uint64_t{1} << 32;
constexpr std::size_t kMostSegments = 64;

class Reader {
 public:
  Reader(Bytes file, Processor processor, Image& image)
      : file_(file), processor_(processor), image_(image) {}

  std::string read() {
    std::string why = read_header();
    if (why.empty()) why = read_commands();
    if (why.empty()) why = check_segments();
    if (why.empty() && !has_entry_) why = "it has no LC_MAIN";
    if (why.empty()) why = read_chained_fixups(fixups_, layout_, &image_);
    if (why.empty()) why = find_entry();
    if (why.empty()) why = find_initialisers();
    return why;
  }

 private:
  struct InitialiserSection {
    format::SectionType type;
    Range range;
  };

  std::string read_header() {
    const auto header = file_.read<format::Header>(0);
    if (!header) return "it is too short for a Mach-O file";
    if (header->magic == format::kMagicFatSwapped) {
      return "it is for several processors; take out the one for this";
    }
    if (header->magic != format::kMagic64) return "it is no 64-bit Mach-O file";
    const std::uint32_t wanted =
        processor_ == Processor::kAmd64 ? format::kProcessorAmd64 : format::kProcessorArm64;
    if (header->processor != wanted) return "it is for another processor";
    if (header->file_type != format::kFileExecute) return "it is no program";
    commands_end_ = sizeof(format::Header) + std::uint64_t{header->commands_size};
    if (commands_end_ > file_.size()) return "its load commands end behind the file";
    num_commands_ = header->num_commands;
    return {};
  }

  std::string read_commands() {
    std::uint64_t offset = sizeof(format::Header);
    for (std::uint32_t i = 0; i < num_commands_; ++i) {
      const auto header = file_.read<format::CommandHeader>(offset);
      if (!header || header->size < sizeof *header || header->size % 8 != 0 ||
          header->size > commands_end_ - offset) {
        return "a load command is cut off";
      }
      const Bytes command = *file_.part(offset, header->size);
      if (std::string why = read_command(header->command, command); !why.empty()) return why;
      offset += header->size;
    }
    return {};
  }

  std::string read_command(std::uint32_t kind, Bytes command) {
    switch (kind) {
      case format::kSegment64:
        return read_segment(command);
      case format::kMain: {
        const auto main = command.read<format::MainCommand>(0);
        if (!main) return "LC_MAIN is cut off";
        if (has_entry_) return "it has two LC_MAIN";
        has_entry_ = true;
        entry_offset_ = main->entry_offset;
        return {};
      }
      case format::kChainedFixups: {
        const auto fixups = command.read<format::LinkEditCommand>(0);
        if (!fixups) return "LC_DYLD_CHAINED_FIXUPS is cut off";
        const auto bytes = file_.part(fixups->offset, fixups->size);
        if (!bytes) return "its chained fixups lie behind the file";
        fixups_ = *bytes;
        return {};
      }
      case format::kDyldInfo:
      case format::kDyldInfoOnly:
        return "it has LC_DYLD_INFO; link it with -fixup_chains";
      case format::kThread:
      case format::kUnixThread:
        return "it begins with LC_UNIXTHREAD, which is not served";
      case format::kEncryption:
      case format::kEncryption64:
        return "it is encrypted";
      case format::kSegment32:
        return "it has a 32-bit segment";
      default:
        return {};  // symbols, versions, signatures: not needed to run it
    }
  }

  std::string read_segment(Bytes bytes) {
    const auto command = bytes.read<format::SegmentCommand>(0);
    if (!command) return "a segment's load command is cut off";
    if (layout_.segment_bases.size() == kMostSegments) return "it has too many segments";
    layout_.segment_bases.emplace_back(command->address);
    const char* const name = reinterpret_cast<const char*>(bytes.data()) + 8;
    const std::string_view text(name, ::strnlen(name, sizeof command->name));
    if (text == "__PAGEZERO" || command->size == 0) {
      const bool is_empty = command->file_size == 0 && command->protection == 0;
      return text != "__PAGEZERO" || (is_empty && command->address == 0) ? ""
                                                                         : "its __PAGEZERO is none";
    }
    Segment segment;
    segment.name = text;
    segment.range = {Address(command->address), command->size};
    const auto contents = file_.part(command->file_offset, command->file_size);
    if (!contents || command->file_size > command->size) {
      return "segment " + std::string(text) + " lies behind the file";
    }
    segment.contents = *contents;
    segment.is_readable = (command->protection & format::kProtectionRead) != 0;
    segment.is_writable = (command->protection & format::kProtectionWrite) != 0;
    segment.is_executable = (command->protection & format::kProtectionExecute) != 0;
    if (segment.is_writable && segment.is_executable) {
      return "segment " + std::string(text) + " is writable and executable";
    }
    if ((command->flags & format::kSegmentReadOnly) != 0) segment.is_writable = false;
    // This segment has the headers. Many addresses in the file count from its base.
    if (command->file_offset == 0 && command->file_size != 0 && layout_.base.is_null()) {
      layout_.base = segment.range.base;
    }
    image_.segments.push_back(segment);
    return read_sections(bytes, command->num_sections, segment);
  }

  std::string read_sections(Bytes bytes, std::uint32_t count, const Segment& segment) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto section = bytes.read<format::Section>(sizeof(format::SegmentCommand) +
                                                       std::uint64_t{i} * sizeof(format::Section));
      if (!section) return "a section is cut off";
      const auto type = section->flags & format::kSectionTypeMask;
      if (type >= format::kThreadLocalRegular && type <= format::kThreadLocalInitialisers) {
        return "it has thread-local variables; compile it with -femulated-tls";
      }
      if (type != format::kInitialiserPointers && type != format::kInitialiserOffsets) continue;
      const Range range{Address(section->address), section->size};
      if (range.size == 0) continue;
      if (!contents_of(segment).contains(range)) return "a section lies outside of its segment";
      initialiser_sections_.push_back({static_cast<format::SectionType>(type), range});
    }
    return {};
  }

  static Range contents_of(const Segment& segment) {
    return {segment.range.base, segment.contents.size()};
  }

  std::string check_segments() {
    const std::uint64_t page = page_size_of(processor_);
    std::vector<Range> ranges;
    for (Segment& segment : image_.segments) {
      Range& range = segment.range;
      if (range.base < kLowest) return "a segment lies below 4 GiB";
      if (!range.base.is_aligned(page) || range.size > kMostOfASegment ||
          range.last() < range.base || range.last().value() > ~std::uint64_t{0} - page) {
        return "segment " + std::string(segment.name) + " is not made of pages";
      }
      // The last segment ends at the end of the file, which need not be the end of a page.
      range.size = round_up(range.size, page);
      ranges.push_back(range);
    }
    std::sort(ranges.begin(), ranges.end(), [](Range a, Range b) { return a.base < b.base; });
    for (std::size_t i = 1; i < ranges.size(); ++i) {
      if (ranges[i].base <= ranges[i - 1].last()) return "its segments overlap";
    }
    if (layout_.base.is_null()) return "no segment holds its headers";
    return {};
  }

  bool is_code(Address address) const {
    return std::any_of(image_.segments.begin(), image_.segments.end(), [&](const Segment& s) {
      return s.is_executable && contents_of(s).contains({address, 1});
    });
  }

  std::string find_entry() {
    image_.entry = layout_.base + entry_offset_;
    return is_code(image_.entry) ? "" : "it begins outside of its code";
  }

  std::string find_initialisers() {
    for (const InitialiserSection& section : initialiser_sections_) {
      const bool is_offsets = section.type == format::kInitialiserOffsets;
      const std::uint64_t step = is_offsets ? 4 : 8;
      if (section.range.size % step != 0) return "its initialisers are cut off";
      for (std::uint64_t at = 0; at < section.range.size; at += step) {
        const Address place = section.range.base + at;
        const Address initialiser =
            is_offsets ? layout_.base + offset_at(place) : pointer_at(place);
        if (!is_code(initialiser)) return "an initialiser lies outside of its code";
        image_.initialisers.push_back(initialiser);
      }
    }
    return {};
  }

  std::uint32_t offset_at(Address place) const {
    for (const Segment& segment : image_.segments) {
      if (!contents_of(segment).contains({place, 4})) continue;
      return segment.contents.read<std::uint32_t>(place - segment.range.base).value_or(0);
    }
    return 0;
  }

  // The pointer that a fixup stores at `place`, or null. The fixups are in order.
  Address pointer_at(Address place) const {
    const auto found =
        std::lower_bound(image_.fixups.begin(), image_.fixups.end(), place,
                         [](const Fixup& fixup, Address wanted) { return fixup.place < wanted; });
    if (found == image_.fixups.end() || found->place != place ||
        found->import != Fixup::kNoImport) {
      return Address();
    }
    return Address(found->value);
  }

  const Bytes file_;
  const Processor processor_;
  Image& image_;
  std::uint64_t commands_end_ = 0;
  std::uint32_t num_commands_ = 0;
  bool has_entry_ = false;
  std::uint64_t entry_offset_ = 0;
  Bytes fixups_;
  Layout layout_;
  std::vector<InitialiserSection> initialiser_sections_;
};

// Makes one printable line: names in `text` come from the file and may have any bytes.
std::string one_line(std::string text) {
  constexpr std::size_t kLongest = 200;
  if (text.size() > kLongest) text.resize(kLongest);
  for (char& c : text) {
    if (c < ' ' || c > '~') c = '?';
  }
  return text;
}

}  // namespace

std::string read_image(Bytes file, Processor processor, Image* image) {
  *image = Image();
  return one_line(Reader(file, processor, *image).read());
}

}  // namespace Atoll::hosts::darwin
