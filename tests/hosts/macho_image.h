// Small Mach-O programs, made in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "hosts/darwin/format.h"
#include "hosts/darwin/image.h"

namespace Atoll::hosts::darwin::test {

struct Variant {
  Processor processor = Processor::kAmd64;
  format::PointerFormat pointers = format::kPointer64;
  format::ImportsFormat imports = format::kImports32;
  format::SectionType initialisers = format::kInitialiserOffsets;
};

// Segments __PAGEZERO, __TEXT, __DATA_CONST, __DATA and __LINKEDIT, from 4 GiB on. Two pointers to
// imports, _first and weak _second, whose addend is 5; a pointer to kTarget; and one initialiser at
// kInitialiser, before the entry at kEntry. Offsets are from the first byte.
class MachoImage {
 public:
  static constexpr std::uint64_t kBase = std::uint64_t{1} << 32;
  static constexpr std::uint64_t kEntry = 0xc00;
  static constexpr std::uint64_t kInitialiser = 0xd00;
  static constexpr std::uint64_t kTarget = 0xe00;
  static constexpr std::uint64_t kAddend = 5;

  explicit MachoImage(const Variant& variant);

  Bytes file() const { return Bytes(std::span<const std::byte>(bytes_)); }
  std::vector<std::byte>& bytes() { return bytes_; }

  // Where things are in the file.
  std::uint64_t segment(std::size_t index) const { return segments_[index]; }
  std::uint64_t section(std::size_t index) const { return sections_[index]; }
  std::uint64_t main_command() const { return main_command_; }
  std::uint64_t fixups_command() const { return fixups_command_; }
  std::uint64_t fixups() const { return fixups_; }
  // In memory.
  Address data_const() const { return Address(kBase + page_); }
  Address data() const { return Address(kBase + 2 * page_); }

  template <class Value>
  void put(std::uint64_t offset, const Value& value) {
    if (bytes_.size() < offset + sizeof value) bytes_.resize(offset + sizeof value);
    __builtin_memcpy(bytes_.data() + offset, &value, sizeof value);
  }

 private:
  template <class Command>
  std::uint64_t add_command(const Command& command);
  void add_segment(const char* name, std::uint64_t address, std::uint64_t size,
                   std::uint64_t file_offset, std::uint64_t file_size, std::uint32_t protection,
                   std::uint32_t flags, std::uint32_t num_sections);
  void add_section(std::uint64_t offset, std::uint64_t size, format::SectionType type);
  void put_pointers();
  void put_fixups();
  void put_import(std::uint64_t at, std::uint32_t name, bool is_weak, std::uint64_t addend);
  std::uint64_t chained(std::uint64_t target, std::uint64_t step) const;

  const Variant variant_;
  const std::uint64_t page_;
  std::vector<std::byte> bytes_;
  std::uint64_t commands_end_ = sizeof(format::Header);
  std::uint32_t num_commands_ = 0;
  std::vector<std::uint64_t> segments_;
  std::vector<std::uint64_t> sections_;
  std::uint64_t main_command_ = 0;
  std::uint64_t fixups_command_ = 0;
  std::uint64_t fixups_ = 0;
};

}  // namespace Atoll::hosts::darwin::test
