#include "tests/fuzz/executables/programs.h"

#include <algorithm>

namespace Atoll::fuzz {
namespace {

using namespace std::string_literals;

class Bytes {
 public:
  explicit Bytes(bool is_big_endian) : is_big_endian_(is_big_endian) {}

  std::size_t size() const { return text_.size(); }
  const std::string& text() const { return text_; }

  Bytes& add(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) {
      text_ += static_cast<char>(value >> 8 * (is_big_endian_ ? width - 1 - i : i));
    }
    return *this;
  }
  Bytes& add(const std::string& text) {
    text_ += text;
    return *this;
  }
  void pad(std::size_t multiple) {
    while (size() % multiple != 0) text_ += '\0';
  }
  void pad_to(std::size_t size) { text_.resize(std::max(size, text_.size())); }

 private:
  bool is_big_endian_;
  std::string text_;
};

std::string leb(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
  return text + static_cast<char>(value);
}

std::string counted(const std::string& text) { return leb(text.size()) + text; }

// What lies between two marks of 16 bytes.
std::string framed(const std::string& settings) {
  return settings.empty() ? "" : std::string(16, 'm') + settings + std::string(16, 'm');
}

void add_line_table(Bytes& bytes, const Program& program) {
  bytes.pad(16);
  bytes.add(0xfffffff1, 4).add(0, 2).add(1, 1).add(program.pointer_bytes, 1);
  bytes.add(1, program.pointer_bytes).add(0, 16);
}

void add_release(Bytes& bytes, const Program& program, std::uint64_t address) {
  const unsigned width = program.pointer_bytes;
  const std::string mark = "\xff Go buildinf:"s;
  bytes.pad(16);
  const std::uint64_t here = address + bytes.size();
  const std::string settings = framed(program.settings);
  switch (program.release) {
    case Release::kNone:
      return;
    case Release::kInline:
      bytes.add(mark).add(width, 1).add(2 | (program.is_big_endian ? 1 : 0), 1).add(0, 16);
      bytes.add(counted(program.version)).add(counted(settings));
      return;
    case Release::kPointers: {
      // Two strings, and behind them their characters.
      const std::uint64_t strings = here + 32;
      const std::uint64_t characters = strings + 4 * width;
      bytes.add(mark).add(width, 1).add(program.is_big_endian ? 1 : 0, 1);
      bytes.add(strings, width).add(strings + 2 * width, width).add(0, 16 - 2 * width);
      bytes.add(characters, width).add(program.version.size(), width);
      bytes.add(characters + program.version.size(), width).add(settings.size(), width);
      bytes.add(program.version).add(settings);
      return;
    }
    case Release::kTerminated:
      bytes.add(program.version).add(0, 8);
      return;
    case Release::kPacked:
      // The next text begins with a digit, and the variable tells where the version ends.
      bytes.add(program.version).add("0123index.js"s);
      bytes.pad(width);
      bytes.add(here, width).add(program.version.size(), width);
      return;
  }
}

std::string segment_of(const Program& program, std::uint64_t address) {
  Bytes bytes(program.is_big_endian);
  bytes.add("text"s);
  if (program.has_line_table) add_line_table(bytes, program);
  add_release(bytes, program, address);
  if (program.has_race_detector) bytes.add("\0runtime.racefuncenter\0"s);
  bytes.add("\0"s).add(program.more).add("end"s);
  return bytes.text();
}

std::string elf(const Program& program) {
  constexpr std::uint64_t kAddress = 0x400000;
  const bool is_64 = program.pointer_bytes == 8;
  const unsigned width = program.pointer_bytes;
  const unsigned header = is_64 ? 64 : 52;
  const unsigned program_size = is_64 ? 56 : 32;
  const unsigned section_size = is_64 ? 64 : 40;
  const unsigned num_programs = program.loader.empty() ? 1 : 2;
  const std::size_t loader_at = header + num_programs * program_size;
  const std::size_t text_at = (loader_at + program.loader.size() + 1 + 15) / 16 * 16;
  const std::string text = segment_of(program, kAddress + text_at);
  const std::size_t sections_at = (text_at + text.size() + 7) / 8 * 8;
  const unsigned num_sections = program.has_symbols ? 2 : 0;

  Bytes bytes(program.is_big_endian);
  bytes
      .add(
          "\x7f"
          "ELF"s)
      .add(is_64 ? 2 : 1, 1)
      .add(program.is_big_endian ? 2 : 1, 1)
      .add(1, 1);
  bytes.add(program.abi, 1).add(0, 8);
  bytes.add(program.is_pie ? 3 : 2, 2).add(program.machine, 2).add(1, 4);
  bytes.add(kAddress + text_at, width).add(header, width);
  bytes.add(num_sections == 0 ? 0 : sections_at, width).add(0, 4).add(header, 2);
  bytes.add(program_size, 2).add(num_programs, 2);
  bytes.add(section_size, 2).add(num_sections, 2).add(0, 2);
  const auto add_program = [&](unsigned type, std::uint64_t offset, std::uint64_t size) {
    const std::uint64_t address = kAddress + offset;
    if (is_64) {
      bytes.add(type, 4).add(5, 4).add(offset, 8).add(address, 8).add(address, 8);
      bytes.add(size, 8).add(size, 8).add(16, 8);
    } else {
      bytes.add(type, 4).add(offset, 4).add(address, 4).add(address, 4);
      bytes.add(size, 4).add(size, 4).add(5, 4).add(16, 4);
    }
  };
  add_program(1, text_at, text.size());
  if (num_programs == 2) add_program(3, loader_at, program.loader.size() + 1);
  bytes.add(program.loader).pad_to(text_at);
  bytes.add(text).pad_to(sections_at);
  if (num_sections != 0) {
    bytes.add(0, 4).add(0, section_size - 4);
    bytes.add(0, 4).add(2, 4).add(0, section_size - 8);
  }
  return bytes.text();
}

std::string pe(const Program& program) {
  constexpr std::uint64_t kBase = 0x400000;
  constexpr std::uint64_t kAddress = 0x1000;
  constexpr std::size_t kTextAt = 0x200;
  const bool is_64 = program.pointer_bytes == 8;
  const std::string text = segment_of(program, kBase + kAddress);
  const unsigned optional_size = is_64 ? 240 : 224;
  Bytes bytes(false);
  bytes.add("MZ"s).pad_to(0x3c);
  bytes.add(0x40, 4).add("PE\0\0"s).add(program.machine, 2).add(1, 2).add(0, 4);
  bytes.add(program.has_symbols ? 0x180 : 0, 4).add(program.has_symbols ? 1 : 0, 4);
  bytes.add(optional_size, 2).add(2, 2);
  const std::size_t optional = bytes.size();
  bytes.add(is_64 ? 0x20b : 0x10b, 2).pad_to(optional + (is_64 ? 24 : 28));
  bytes.add(kBase, is_64 ? 8 : 4).pad_to(optional + 68);
  bytes.add(3, 2).add(program.is_pie ? 0x40 : 0, 2).pad_to(optional + (is_64 ? 108 : 92));
  bytes.add(16, 4).add(0, 8).add(0x2000, 4).pad_to(optional + optional_size);
  bytes.add(".text\0\0\0"s).add(text.size(), 4).add(kAddress, 4);
  bytes.add((text.size() + 511) / 512 * 512, 4).add(kTextAt, 4).pad_to(kTextAt);
  return bytes.add(text).text();
}

std::string macho(const Program& program) {
  constexpr std::uint64_t kAddress = 0x100000000;
  const bool is_64 = program.pointer_bytes == 8;
  const unsigned width = program.pointer_bytes;
  const unsigned header = is_64 ? 32 : 28;
  const unsigned segment_size = is_64 ? 72 : 56;
  const unsigned commands = segment_size + 24 + 24 + (program.has_libraries ? 24 : 0);
  const std::uint64_t address = is_64 ? kAddress : 0x1000;
  const std::string text = segment_of(program, address + header + commands);
  const std::size_t size = header + commands + text.size();
  Bytes bytes(program.is_big_endian);
  bytes.add(is_64 ? 0xfeedfacf : 0xfeedface, 4).add(program.machine, 4).add(3, 4).add(2, 4);
  bytes.add(program.has_libraries ? 4 : 3, 4)
      .add(commands, 4)
      .add(program.is_pie ? 0x200000 : 0, 4)
      .pad_to(header);
  bytes.add(is_64 ? 0x19 : 1, 4).add(segment_size, 4).add("__TEXT"s + std::string(10, '\0'));
  bytes.add(address, width).add(size, width).add(0, width).add(size, width).add(0, 16);
  bytes.add(0x32, 4).add(24, 4).add(1, 4).add(0, 12);  // macOS
  bytes.add(2, 4).add(24, 4).add(0, 4).add(program.has_symbols ? 1 : 0, 4).add(0, 8);
  if (program.has_libraries) bytes.add(0xc, 4).add(24, 4).add(0, 16);
  return bytes.add(text).text();
}

std::string xcoff(const Program& program) {
  constexpr std::uint64_t kAddress = 0x100000000;
  const bool is_64 = program.pointer_bytes == 8;
  const unsigned width = program.pointer_bytes;
  const unsigned num_sections = program.has_libraries ? 2 : 1;
  const std::size_t loader_at = (is_64 ? 24 : 20) + num_sections * (is_64 ? 72 : 40);
  const std::size_t text_at = loader_at + 20;
  const std::uint64_t address = is_64 ? kAddress : 0x10000000;
  const std::string text = segment_of(program, address);
  Bytes bytes(true);
  bytes.add(is_64 ? 0x1f7 : 0x1df, 2).add(num_sections, 2).add(0, 4).add(0, width);
  if (!is_64) bytes.add(program.has_symbols ? 1 : 0, 4);
  bytes.add(0, 2).add(2, 2);
  if (is_64) bytes.add(program.has_symbols ? 1 : 0, 4);
  const auto add_section = [&](const std::string& name, std::uint64_t at, std::size_t size,
                               std::size_t offset, std::uint64_t flags) {
    bytes.add(name).add(at, width).add(at, width).add(size, width).add(offset, width);
    bytes.add(0, width).add(0, width).add(0, is_64 ? 8 : 4).add(flags, 4);
    if (is_64) bytes.add(0, 4);
  };
  add_section(".text\0\0\0"s, address, text.size(), text_at, 0x20);
  if (program.has_libraries) add_section(".loader\0"s, 0, 20, loader_at, 0x1000);
  bytes.add(1, 4).add(0, 12).add(program.has_libraries ? 2 : 0, 4);
  return bytes.add(text).text();
}

std::string wasm(const Program& program) {
  constexpr std::uint64_t kAddress = 0x1000;
  const auto section = [](char id, const std::string& content) { return id + counted(content); };
  std::string file = "\0asm\1\0\0\0"s;
  if (!program.module.empty()) {
    file += section(2, "\1"s + counted(program.module) + counted("call") + "\0\0"s);
  }
  const std::string start = "\x41"s + leb(kAddress) + "\x0b"s;
  file += section(11, "\1\0"s + start + counted(segment_of(program, kAddress)));
  if (program.has_symbols) file += section(0, counted("name"));
  if (!program.producer.empty()) {
    const std::string language = counted("language") + "\1"s + counted("Go") + counted("");
    const std::string compiler =
        counted("processed-by") + "\1"s + counted("Go cmd/compile") + counted(program.producer);
    file += section(0, counted("producers") + "\2"s + language + compiler);
  }
  return file;
}

std::string plan9(const Program& program) {
  const bool is_64 = program.pointer_bytes == 8;
  const std::size_t header = is_64 ? 40 : 32;
  const std::string text = segment_of(program, (is_64 ? 0x200000 : 0x1000) + header);
  Bytes bytes(true);
  bytes.add(program.magic, 4).add(text.size(), 4).add(0, 4).add(0, 4);
  bytes.add(program.has_symbols ? 1 : 0, 4).pad_to(header);
  return bytes.add(text).text();
}

Program of(Format format, unsigned pointer_bytes, bool is_big_endian, std::uint32_t machine) {
  Program program;
  program.format = format;
  program.pointer_bytes = pointer_bytes;
  program.is_big_endian = is_big_endian;
  program.machine = machine;
  return program;
}

}  // namespace

std::string file_of(const Program& program) {
  switch (program.format) {
    case Format::kElf:
      return elf(program);
    case Format::kPe:
      return pe(program);
    case Format::kMacho:
      return macho(program);
    case Format::kXcoff:
      return xcoff(program);
    case Format::kWasm:
      return wasm(program);
    case Format::kPlan9:
      return plan9(program);
  }
  return {};
}

std::string fat_of(const std::vector<std::string>& parts) {
  Bytes bytes(true);
  bytes.add(0xcafebabe, 4).add(parts.size(), 4);
  std::size_t at = 8 + 20 * parts.size();
  for (const std::string& part : parts) {
    bytes.add(0, 8).add(at, 4).add(part.size(), 4).add(0, 4);
    at += part.size();
  }
  for (const std::string& part : parts) bytes.add(part);
  return bytes.text();
}

std::vector<Named> all_programs() {
  std::vector<Named> programs;
  const auto add = [&](const std::string& name, const Program& program) {
    programs.push_back({name, file_of(program)});
  };
  Program elf64 = of(Format::kElf, 8, false, 62);
  elf64.settings = "build\tGOOS=linux\nbuild\tGOARCH=amd64\nbuild\t-race=true\n";
  elf64.has_symbols = true;
  add("elf_inline", elf64);
  elf64.loader = "/lib64/ld-linux-x86-64.so.2";
  elf64.is_pie = true;
  elf64.release = Release::kPointers;
  add("elf_pointers", elf64);
  elf64.release = Release::kTerminated;
  elf64.has_race_detector = true;
  add("elf_text", elf64);
  elf64.release = Release::kPacked;
  add("elf_packed_text", elf64);
  elf64.release = Release::kNone;
  add("elf_no_release", elf64);
  add("elf32", of(Format::kElf, 4, false, 3));
  add("elf32_big", of(Format::kElf, 4, true, 8));
  add("elf_big", of(Format::kElf, 8, true, 22));
  add("pe", of(Format::kPe, 8, false, 0x8664));
  add("pe32", of(Format::kPe, 4, false, 0x14c));
  add("macho", of(Format::kMacho, 8, false, 0x1000007));
  add("macho32", of(Format::kMacho, 4, false, 7));
  add("xcoff", of(Format::kXcoff, 8, true, 0));
  add("xcoff32", of(Format::kXcoff, 4, true, 0));
  Program libraries = of(Format::kXcoff, 8, true, 0);
  libraries.has_libraries = true;
  add("xcoff_libraries", libraries);
  Program wasm = of(Format::kWasm, 8, false, 0);
  wasm.module = "gojs";
  wasm.release = Release::kTerminated;
  add("wasm", wasm);
  wasm.producer = wasm.version;
  add("wasm_producers", wasm);
  Program plan9 = of(Format::kPlan9, 8, false, 0);
  plan9.magic = 0x8a97;
  add("plan9", plan9);
  plan9.magic = 0x1eb;
  plan9.pointer_bytes = 4;
  add("plan9_386", plan9);
  programs.push_back({"fat", fat_of({file_of(of(Format::kMacho, 8, false, 0x1000007)),
                                     file_of(of(Format::kMacho, 8, false, 0x100000c))})});
  return programs;
}

}  // namespace Atoll::fuzz
