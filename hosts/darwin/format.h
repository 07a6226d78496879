// The parts of the file format that the host reads: Apple's <mach-o/loader.h> and
// <mach-o/fixup-chains.h>.
#pragma once

#include <cstdint>

namespace Atoll::hosts::darwin::format {

inline constexpr std::uint32_t kMagic64 = 0xfeedfacf;
inline constexpr std::uint32_t kMagicFatSwapped = 0xbebafeca;
inline constexpr std::uint32_t kProcessorAmd64 = 0x0100'0007;
inline constexpr std::uint32_t kProcessorArm64 = 0x0100'000c;
inline constexpr std::uint32_t kFileExecute = 2;

struct Header {
  std::uint32_t magic;
  std::uint32_t processor;
  std::uint32_t processor_kind;
  std::uint32_t file_type;
  std::uint32_t num_commands;
  std::uint32_t commands_size;
  std::uint32_t flags;
  std::uint32_t reserved;
};

enum Command : std::uint32_t {
  kSegment32 = 0x1,
  kThread = 0x4,
  kUnixThread = 0x5,
  kSegment64 = 0x19,
  kEncryption = 0x21,
  kDyldInfo = 0x22,
  kEncryption64 = 0x2c,
  kDyldInfoOnly = 0x8000'0022,
  kMain = 0x8000'0028,
  kChainedFixups = 0x8000'0034,
};

struct CommandHeader {
  std::uint32_t command;
  std::uint32_t size;
};

struct SegmentCommand {
  CommandHeader header;
  char name[16];
  std::uint64_t address;
  std::uint64_t size;
  std::uint64_t file_offset;
  std::uint64_t file_size;
  std::uint32_t most_protection;
  std::uint32_t protection;
  std::uint32_t num_sections;
  std::uint32_t flags;
};
inline constexpr std::uint32_t kProtectionRead = 1;
inline constexpr std::uint32_t kProtectionWrite = 2;
inline constexpr std::uint32_t kProtectionExecute = 4;
// Only the loader writes to such a segment.
inline constexpr std::uint32_t kSegmentReadOnly = 0x10;

struct Section {
  char name[16];
  char segment_name[16];
  std::uint64_t address;
  std::uint64_t size;
  std::uint32_t file_offset;
  std::uint32_t alignment;
  std::uint32_t relocations_offset;
  std::uint32_t num_relocations;
  std::uint32_t flags;
  std::uint32_t reserved[3];
};
inline constexpr std::uint32_t kSectionTypeMask = 0xff;
enum SectionType : std::uint32_t {
  kInitialiserPointers = 0x9,
  kThreadLocalRegular = 0x11,
  kThreadLocalZero = 0x12,
  kThreadLocalVariables = 0x13,
  kThreadLocalPointers = 0x14,
  kThreadLocalInitialisers = 0x15,
  kInitialiserOffsets = 0x16,
};

struct MainCommand {
  CommandHeader header;
  std::uint64_t entry_offset;  // from the beginning of the file
  std::uint64_t stack_size;
};

struct LinkEditCommand {
  CommandHeader header;
  std::uint32_t offset;
  std::uint32_t size;
};

// --- Chained fixups. ---

struct FixupsHeader {
  std::uint32_t version;
  std::uint32_t starts_offset;
  std::uint32_t imports_offset;
  std::uint32_t symbols_offset;
  std::uint32_t num_imports;
  std::uint32_t imports_format;
  std::uint32_t symbols_format;
};

// Followed by the offsets of all pages' first fixups, 16 bits each.
struct SegmentStarts {
  std::uint32_t size;
  std::uint16_t page_size;
  std::uint16_t pointer_format;
  std::uint64_t segment_offset;  // from the program's first address
  std::uint32_t greatest_pointer;
  std::uint16_t num_pages;
};
inline constexpr std::uint64_t kSegmentStartsSize = 22;  // without padding
inline constexpr std::uint16_t kPageWithoutFixups = 0xffff;
inline constexpr std::uint16_t kPageWithSeveralChains = 0x8000;

enum PointerFormat : std::uint16_t {
  kPointer64 = 2,        // targets are addresses
  kPointer64Offset = 6,  // targets count from the program's first address
};

enum ImportsFormat : std::uint32_t {
  kImports32 = 1,          // library 8 bits, weak 1, name 23
  kImports32Addend32 = 2,  // the same, then an addend of 32 bits
  kImports64Addend64 = 3,  // library 16 bits, weak 1, unused 15, name 32, then an addend of 64
};

// The size of an import in bytes.
constexpr std::uint64_t import_size(std::uint32_t imports_format) {
  switch (imports_format) {
    case kImports64Addend64:
      return 16;
    case kImports32Addend32:
      return 8;
    default:
      return 4;
  }
}

}  // namespace Atoll::hosts::darwin::format
