#include "tests/hosts/macho_image.h"

#include <cstring>

namespace Atoll::hosts::darwin::test {
namespace {

constexpr std::uint32_t kReadWrite = format::kProtectionRead | format::kProtectionWrite;
constexpr std::uint32_t kReadExecute = format::kProtectionRead | format::kProtectionExecute;

// Of __DATA: a pointer, and a page further nothing; the initialisers.
constexpr std::uint64_t kPointer = 0x10;
constexpr std::uint64_t kInitialisers = 0x18;
// Of __TEXT, for offsets.
constexpr std::uint64_t kOffsets = 0xf00;

constexpr std::uint64_t kStartsOffset = 32;
constexpr std::uint64_t kSegments = 5;
constexpr std::uint64_t kStartsSize = 24;  // of a segment with one page

std::uint64_t bit(unsigned index) { return std::uint64_t{1} << index; }

}  // namespace

MachoImage::MachoImage(const Variant& variant)
    : variant_(variant), page_(page_size_of(variant.processor)), bytes_(3 * page_) {
  const bool has_offsets = variant.initialisers == format::kInitialiserOffsets;
  add_segment("__PAGEZERO", 0, kBase, 0, 0, 0, 0, 0);
  add_segment("__TEXT", kBase, page_, 0, page_, kReadExecute, 0, has_offsets ? 1 : 0);
  if (has_offsets) add_section(kOffsets, 4, format::kInitialiserOffsets);
  add_segment("__DATA_CONST", kBase + page_, page_, page_, page_, kReadWrite,
              format::kSegmentReadOnly, 0);
  // Some of it is not in the file.
  add_segment("__DATA", kBase + 2 * page_, 2 * page_, 2 * page_, page_, kReadWrite, 0,
              has_offsets ? 0 : 1);
  if (!has_offsets) add_section(2 * page_ + kInitialisers, 8, format::kInitialiserPointers);
  fixups_ = 3 * page_;
  put_pointers();
  put_fixups();
  const std::uint64_t linkedit = bytes_.size() - fixups_;
  add_segment("__LINKEDIT", kBase + 4 * page_, linkedit, fixups_, linkedit, format::kProtectionRead,
              0, 0);
  fixups_command_ =
      add_command(format::LinkEditCommand{{format::kChainedFixups, sizeof(format::LinkEditCommand)},
                                          static_cast<std::uint32_t>(fixups_),
                                          static_cast<std::uint32_t>(linkedit)});
  main_command_ =
      add_command(format::MainCommand{{format::kMain, sizeof(format::MainCommand)}, kEntry, 0});

  format::Header header{};
  header.magic = format::kMagic64;
  header.processor =
      variant.processor == Processor::kAmd64 ? format::kProcessorAmd64 : format::kProcessorArm64;
  header.file_type = format::kFileExecute;
  header.num_commands = num_commands_;
  header.commands_size = static_cast<std::uint32_t>(commands_end_ - sizeof header);
  put(0, header);
}

template <class Command>
std::uint64_t MachoImage::add_command(const Command& command) {
  const std::uint64_t at = commands_end_;
  put(at, command);
  commands_end_ += command.header.size;
  ++num_commands_;
  return at;
}

void MachoImage::add_segment(const char* name, std::uint64_t address, std::uint64_t size,
                             std::uint64_t file_offset, std::uint64_t file_size,
                             std::uint32_t protection, std::uint32_t flags,
                             std::uint32_t num_sections) {
  format::SegmentCommand command{};
  command.header = {
      format::kSegment64,
      static_cast<std::uint32_t>(sizeof command + num_sections * sizeof(format::Section))};
  std::memcpy(command.name, name, std::strlen(name));
  command.address = address;
  command.size = size;
  command.file_offset = file_offset;
  command.file_size = file_size;
  command.most_protection = protection;
  command.protection = protection;
  command.num_sections = num_sections;
  command.flags = flags;
  segments_.push_back(add_command(command));
}

// Of the segment that was added last.
void MachoImage::add_section(std::uint64_t offset, std::uint64_t size, format::SectionType type) {
  format::Section section{};
  section.address = kBase + offset;
  section.size = size;
  section.file_offset = static_cast<std::uint32_t>(offset);
  section.flags = type;
  sections_.push_back(segments_.back() + sizeof(format::SegmentCommand));
  put(sections_.back(), section);
}

std::uint64_t MachoImage::chained(std::uint64_t target, std::uint64_t step) const {
  const std::uint64_t value =
      variant_.pointers == format::kPointer64Offset ? target : kBase + target;
  return value | step / 4 << 51;
}

void MachoImage::put_pointers() {
  // The addend of the first is in the pointer, that of the second in its import if it has one.
  const bool has_addends = variant_.imports != format::kImports32;
  put(page_, bit(63) | std::uint64_t{8} / 4 << 51 | kAddend << 24);
  put(page_ + 8, bit(63) | std::uint64_t{1} | (has_addends ? 0 : kAddend) << 24);
  const std::uint64_t data = 2 * page_;
  if (variant_.initialisers == format::kInitialiserOffsets) {
    put(kOffsets, static_cast<std::uint32_t>(kInitialiser));
    put(data + kPointer, chained(kTarget, 0));
  } else {
    put(data + kPointer, chained(kTarget, kInitialisers - kPointer));
    put(data + kInitialisers, chained(kInitialiser, 0));
  }
}

void MachoImage::put_import(std::uint64_t at, std::uint32_t name, bool is_weak,
                            std::uint64_t addend) {
  if (variant_.imports == format::kImports64Addend64) {
    put(at, std::uint64_t{1} | (is_weak ? bit(16) : 0) | std::uint64_t{name} << 32);
    put(at + 8, addend);
    return;
  }
  put(at, 1U | (is_weak ? 1U << 8 : 0) | name << 9);
  if (variant_.imports == format::kImports32Addend32) {
    put(at + 4, static_cast<std::uint32_t>(addend));
  }
}

void MachoImage::put_fixups() {
  const std::uint64_t starts = fixups_ + kStartsOffset;
  const std::uint64_t first_segment = 4 + 4 * kSegments;
  const std::uint64_t imports = kStartsOffset + first_segment + 2 * kStartsSize;
  const std::uint64_t symbols = imports + 2 * format::import_size(variant_.imports);
  put(fixups_, format::FixupsHeader{0, kStartsOffset, static_cast<std::uint32_t>(imports),
                                    static_cast<std::uint32_t>(symbols), 2, variant_.imports, 0});
  put(starts, static_cast<std::uint32_t>(kSegments));
  for (std::uint64_t i = 0; i < 2; ++i) {
    const std::uint64_t offset = first_segment + i * kStartsSize;
    put(starts + 4 + 4 * (2 + i), static_cast<std::uint32_t>(offset));
    put(starts + offset, static_cast<std::uint32_t>(kStartsSize));
    put(starts + offset + 4, static_cast<std::uint16_t>(page_));
    put(starts + offset + 6, static_cast<std::uint16_t>(variant_.pointers));
    put(starts + offset + 8, (1 + i) * page_);
    put(starts + offset + 16, std::uint32_t{0});
    put(starts + offset + 20, std::uint16_t{1});
    put(starts + offset + 22, static_cast<std::uint16_t>(i == 0 ? 0 : kPointer));
  }
  put_import(fixups_ + imports, 1, false, 0);
  put_import(fixups_ + imports + format::import_size(variant_.imports), 8, true, kAddend);
  const char names[16] = "\0_first\0_second";
  put(fixups_ + symbols, names);
}

}  // namespace Atoll::hosts::darwin::test
