#include "hosts/darwin/fixups.h"

#include <algorithm>

#include "hosts/darwin/format.h"
#include "os/base/bits.h"

namespace Atoll::hosts::darwin {
namespace {

// `count` bits of `value` from bit `first` on.
constexpr std::uint64_t bits(std::uint64_t value, unsigned first, unsigned count) {
  return value >> first & ((std::uint64_t{1} << count) - 1);
}

// The other numbers mean "this program", "search" or "the first library that has it".
constexpr bool is_library(std::uint64_t number, std::uint64_t greatest) {
  constexpr std::uint64_t kSpecial = 15;
  return number != 0 && number <= greatest - kSpecial;
}

class Chains {
 public:
  Chains(Bytes fixups, const Layout& layout, Image& image)
      : fixups_(fixups), layout_(layout), image_(image) {}

  std::string read() {
    const auto header = fixups_.read<format::FixupsHeader>(0);
    if (!header) return "its chained fixups are cut off";
    if (header->version != 0) return "its chained fixups are of an unknown version";
    if (header->symbols_format != 0) return "the names of its imports are compressed";
    if (std::string why = read_imports(*header); !why.empty()) return why;
    const auto num_segments = fixups_.read<std::uint32_t>(header->starts_offset);
    if (!num_segments) return "its chained fixups are cut off";
    if (*num_segments > layout_.segment_bases.size()) return "it has fixups of unknown segments";
    for (std::uint64_t i = 0; i < *num_segments; ++i) {
      const auto offset = fixups_.read<std::uint32_t>(header->starts_offset + 4 + 4 * i);
      if (!offset) return "its chained fixups are cut off";
      if (*offset == 0) continue;
      const std::uint64_t starts = std::uint64_t{header->starts_offset} + *offset;
      if (std::string why = read_segment(starts, layout_.segment_bases[i]); !why.empty())
        return why;
    }
    std::sort(image_.fixups.begin(), image_.fixups.end(),
              [](const Fixup& a, const Fixup& b) { return a.place < b.place; });
    for (std::size_t i = 1; i < image_.fixups.size(); ++i) {
      if (image_.fixups[i].place - image_.fixups[i - 1].place < 8) return "its fixups overlap";
    }
    return {};
  }

 private:
  std::string read_imports(const format::FixupsHeader& header) {
    const std::uint64_t size = format::import_size(header.imports_format);
    if (header.imports_format < format::kImports32 ||
        header.imports_format > format::kImports64Addend64) {
      return "its imports are of an unknown format";
    }
    if (!fixups_.part(header.imports_offset, size * header.num_imports)) {
      return "its imports are cut off";
    }
    for (std::uint64_t i = 0; i < header.num_imports; ++i) {
      const std::uint64_t offset = header.imports_offset + size * i;
      std::uint64_t name = 0;
      std::uint64_t addend = 0;
      bool is_of_library = false;
      bool is_weak = false;
      if (size == 16) {
        const std::uint64_t entry = *fixups_.read<std::uint64_t>(offset);
        is_of_library = is_library(bits(entry, 0, 16), 0xffff);
        is_weak = bits(entry, 16, 1) != 0;
        name = bits(entry, 32, 32);
        addend = *fixups_.read<std::uint64_t>(offset + 8);
      } else {
        const std::uint32_t entry = *fixups_.read<std::uint32_t>(offset);
        is_of_library = is_library(bits(entry, 0, 8), 0xff);
        is_weak = bits(entry, 8, 1) != 0;
        name = bits(entry, 9, 23);
        if (size == 8) {
          addend =
              static_cast<std::uint64_t>(std::int64_t{*fixups_.read<std::int32_t>(offset + 4)});
        }
      }
      const auto text = fixups_.text(header.symbols_offset + name);
      if (!text || text->empty()) return "the name of an import is cut off";
      if (!is_of_library) {
        return "its own " + std::string(*text) +
               " can be replaced; link it with -exported_symbol __mh_execute_header";
      }
      image_.imports.push_back({*text, is_weak});
      addends_.push_back(addend);
    }
    return {};
  }

  std::string read_segment(std::uint64_t at, Address base) {
    if (!fixups_.part(at, format::kSegmentStartsSize)) return "its chained fixups are cut off";
    const auto page_size = *fixups_.read<std::uint16_t>(at + 4);
    const auto pointer_format = *fixups_.read<std::uint16_t>(at + 6);
    const auto segment_offset = *fixups_.read<std::uint64_t>(at + 8);
    const auto num_pages = *fixups_.read<std::uint16_t>(at + 20);
    if (pointer_format != format::kPointer64 && pointer_format != format::kPointer64Offset) {
      return "its pointers are of format " + std::to_string(pointer_format) +
             ", which is not served";
    }
    if (page_size != 4096 && page_size != 16384) return "its fixups are of unknown pages";
    if (layout_.base + segment_offset != base) return "its fixups begin outside of a segment";
    const auto segment = std::find_if(image_.segments.begin(), image_.segments.end(),
                                      [&](const Segment& s) { return s.range.base == base; });
    if (segment == image_.segments.end() || segment->is_executable) {
      return "it has fixups where nothing can be written";
    }
    for (std::uint64_t page = 0; page < num_pages; ++page) {
      const auto first = fixups_.read<std::uint16_t>(at + format::kSegmentStartsSize + 2 * page);
      if (!first) return "its chained fixups are cut off";
      if (*first == format::kPageWithoutFixups) continue;
      if ((*first & format::kPageWithSeveralChains) != 0) return "a page has several chains";
      std::string why = follow(*segment, page * page_size, page_size, *first, pointer_format);
      if (!why.empty()) return why;
    }
    return {};
  }

  // A chain stays within its page and only goes up.
  std::string follow(const Segment& segment, std::uint64_t page, std::uint64_t page_size,
                     std::uint64_t first, std::uint16_t pointer_format) {
    constexpr std::uint64_t kStride = 4;
    for (std::uint64_t at = first;;) {
      const auto pointer = segment.contents.read<std::uint64_t>(page + at);
      if (at > page_size - kStride || !pointer) return "a chain of fixups leaves its page";
      Fixup fixup;
      fixup.place = segment.range.base + page + at;
      if (bits(*pointer, 63, 1) != 0) {
        const std::uint64_t index = bits(*pointer, 0, 24);
        if (index >= image_.imports.size()) return "a fixup is of an unknown import";
        fixup.import = static_cast<std::uint32_t>(index);
        fixup.value = bits(*pointer, 24, 8) + addends_[static_cast<std::size_t>(index)];
      } else {
        fixup.value = bits(*pointer, 0, 36) | bits(*pointer, 36, 8) << 56;
        if (pointer_format == format::kPointer64Offset) fixup.value += layout_.base.value();
      }
      image_.fixups.push_back(fixup);
      const std::uint64_t step = bits(*pointer, 51, 12) * kStride;
      if (step == 0) return {};
      at += step;
    }
  }

  const Bytes fixups_;
  const Layout& layout_;
  Image& image_;
  std::vector<std::uint64_t> addends_;  // one for each import
};

}  // namespace

std::string read_chained_fixups(Bytes fixups, const Layout& layout, Image* image) {
  if (fixups.size() == 0) return {};
  return Chains(fixups, layout, *image).read();
}

}  // namespace Atoll::hosts::darwin
