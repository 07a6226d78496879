#include "hosts/bsd/elf.h"

#include <cstring>
#include <optional>

#include "os/base/bits.h"

namespace Atoll::hosts::bsd {
namespace {

constexpr std::uint16_t kExecutable = 2;
constexpr std::uint32_t kLoad = 1;
constexpr std::uint32_t kDynamic = 2;
constexpr std::uint32_t kInterpreter = 3;
constexpr std::uint32_t kNote = 4;
constexpr std::uint32_t kExecute = 1;
constexpr std::uint32_t kWrite = 2;
constexpr std::uint32_t kRead = 4;

constexpr std::uint16_t kMostHeaders = 64;
// The kernels read a program's notes from its first page.
constexpr std::uint64_t kMostNotes = 4096;

struct FileHeader {
  std::uint8_t magic[4];
  std::uint8_t bits;
  std::uint8_t byte_order;
  std::uint8_t version;
  std::uint8_t system;
  std::uint8_t padding[8];
  std::uint16_t kind;
  std::uint16_t machine;
  std::uint32_t file_version;
  std::uint64_t entry;
  std::uint64_t program_headers;
  std::uint64_t section_headers;
  std::uint32_t flags;
  std::uint16_t size;
  std::uint16_t program_header_size;
  std::uint16_t num_program_headers;
  std::uint16_t section_header_size;
  std::uint16_t num_section_headers;
  std::uint16_t section_names;
};
static_assert(sizeof(FileHeader) == 64);

struct ProgramHeader {
  std::uint32_t kind;
  std::uint32_t flags;
  std::uint64_t offset;
  std::uint64_t address;
  std::uint64_t physical_address;
  std::uint64_t file_size;
  std::uint64_t memory_size;
  std::uint64_t alignment;
};
static_assert(sizeof(ProgramHeader) == 56);

struct NoteHeader {
  std::uint32_t name_size;
  std::uint32_t data_size;
  std::uint32_t kind;
};

// `note_name` is the name in a note with its terminator, which NetBSD's note leaves out.
Brand brand_of(std::string_view note_name) {
  if (note_name.ends_with('\0')) note_name.remove_suffix(1);
  if (note_name.find('\0') != std::string_view::npos) return Brand::kNone;
  if (note_name == "FreeBSD") return Brand::kFreebsd;
  if (note_name == "NetBSD") return Brand::kNetbsd;
  if (note_name == "OpenBSD") return Brand::kOpenbsd;
  return Brand::kNone;
}

// The first brand among the notes. Broken notes end the search.
Brand find_brand(Bytes notes) {
  constexpr std::uint32_t kIdentity = 1;
  std::uint64_t offset = 0;
  while (const auto header = notes.read<NoteHeader>(offset)) {
    offset += sizeof *header;
    const auto text = notes.part(offset, header->name_size);
    if (!text) break;
    const std::string_view note_name(reinterpret_cast<const char*>(text->data()),
                                     header->name_size);
    const Brand brand = brand_of(note_name);
    if (brand != Brand::kNone && header->kind == kIdentity) return brand;
    offset += round_up(std::uint64_t{header->name_size}, 4);
    offset += round_up(std::uint64_t{header->data_size}, 4);
  }
  return Brand::kNone;
}

const char* check(const FileHeader& header) {
  if (std::memcmp(header.magic, "\177ELF", sizeof header.magic) != 0) return "it is no ELF file";
  if (header.bits != 2) return "it is not of 64 bits";
  if (header.byte_order != 1) return "it is not little-endian";
  if (header.version != 1) return "it has an unknown version";
  if (header.kind != kExecutable) return "it is no program at a fixed address";
  if (header.machine != static_cast<std::uint16_t>(Machine::kAmd64) &&
      header.machine != static_cast<std::uint16_t>(Machine::kArm64)) {
    return "it is for an unknown processor";
  }
  if (header.program_header_size != sizeof(ProgramHeader)) return "its headers have a strange size";
  if (header.num_program_headers == 0) return "it has no program headers";
  if (header.num_program_headers > kMostHeaders) return "it has too many program headers";
  return nullptr;
}

const char* add_segment(Bytes file, const ProgramHeader& header, Range space,
                        std::uint64_t page_size, Plan* plan) {
  if (header.memory_size == 0) {
    return header.file_size == 0 ? nullptr : "a segment is larger in the file than in memory";
  }
  const Range memory{Address(header.address), header.memory_size};
  if (memory.last() < memory.base || !space.contains(memory)) {
    return "a segment lies outside of the address space";
  }
  if (header.file_size > header.memory_size) {
    return "a segment is larger in the file than in memory";
  }
  const auto contents = file.part(header.offset, header.file_size);
  if (!contents) return "a segment lies beyond the end of the file";
  if (header.address % page_size != header.offset % page_size) {
    return "a segment's place in the file does not fit its address";
  }
  if (!plan->segments.empty()) {
    const Range before = plan->segments.back().memory;
    if (memory.base.aligned_down(page_size) <= before.last().aligned_down(page_size)) {
      return "segments share a page or are out of order";
    }
  }
  plan->segments.push_back({.memory = memory,
                            .contents = *contents,
                            .can_read = (header.flags & kRead) != 0,
                            .can_write = (header.flags & kWrite) != 0,
                            .can_execute = (header.flags & kExecute) != 0});
  return nullptr;
}

}  // namespace

std::string_view name(Brand brand) {
  switch (brand) {
    case Brand::kNone:
      return "no system we know";
    case Brand::kFreebsd:
      return "freebsd";
    case Brand::kNetbsd:
      return "netbsd";
    case Brand::kOpenbsd:
      return "openbsd";
  }
  return "";
}

const char* parse(Bytes file, Range space, std::uint64_t page_size, Plan* plan) {
  const auto header = file.read<FileHeader>(0);
  if (!header) return "the file is cut short";
  if (const char* const why = check(*header)) return why;
  *plan = Plan{};
  plan->machine = static_cast<Machine>(header->machine);
  plan->entry = header->entry;
  plan->num_headers = header->num_program_headers;
  const auto headers =
      file.part(header->program_headers, header->num_program_headers * sizeof(ProgramHeader));
  if (!headers) return "the file is cut short";
  for (std::uint16_t i = 0; i < header->num_program_headers; ++i) {
    const ProgramHeader program = *headers->read<ProgramHeader>(i * sizeof(ProgramHeader));
    if (program.kind == kInterpreter || program.kind == kDynamic) return "it is linked dynamically";
    if (program.kind == kNote && plan->brand == Brand::kNone && program.file_size <= kMostNotes) {
      if (const auto notes = file.part(program.offset, program.file_size)) {
        plan->brand = find_brand(*notes);
      }
    }
    if (program.kind != kLoad) continue;
    if (const char* const why = add_segment(file, program, space, page_size, plan)) return why;
    if (header->program_headers >= program.offset &&
        header->program_headers - program.offset <= program.file_size &&
        headers->size() <= program.file_size - (header->program_headers - program.offset)) {
      plan->headers = program.address + (header->program_headers - program.offset);
    }
  }
  for (const Segment& segment : plan->segments) {
    if (segment.can_execute && segment.memory.contains(Address(plan->entry))) return nullptr;
  }
  return "it does not begin in its text";
}

}  // namespace Atoll::hosts::bsd
