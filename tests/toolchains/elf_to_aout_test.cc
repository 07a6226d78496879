// toolchains/plan9/elf_to_aout.py, on small programs: its output for a good one, and its one line
// for each one that it refuses.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace Atoll {
namespace {

constexpr std::uint64_t kText = 0x20'0028;
constexpr std::uint64_t kData = 0x40'0000;

struct Segment {
  std::uint32_t kind = 1;
  std::uint32_t flags = 5;
  std::uint64_t address = kText;
  std::string contents = "texttext";
  std::uint64_t memory_size = 8;
};

// An ELF file for amd64.
struct Program {
  std::uint16_t type = 2;
  std::uint16_t machine = 62;
  std::uint64_t entry = kText + 4;
  std::vector<Segment> segments = {{}, {1, 6, kData, "data", 4096}};
  std::uint32_t section = 1;

  std::string bytes() const;
};

void put(std::string& to, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) to += static_cast<char>(value >> 8 * i);
}

std::string Program::bytes() const {
  constexpr std::uint64_t kHeader = 64;
  constexpr std::uint64_t kSegment = 56;
  constexpr std::uint64_t kSection = 64;
  std::string contents;
  const std::uint64_t sections = kHeader + segments.size() * kSegment;
  const std::uint64_t first = sections + kSection;
  std::string file(
      "\x7f"
      "ELF\2\1\1\0\0\0\0\0\0\0\0\0",
      16);
  put(file, type, 2);
  put(file, machine, 2);
  put(file, 1, 4);
  put(file, entry, 8);
  put(file, kHeader, 8);
  put(file, sections, 8);
  put(file, 0, 4);
  for (const std::uint64_t n :
       {kHeader, kSegment, segments.size(), kSection, std::uint64_t{1}, std::uint64_t{0}}) {
    put(file, n, 2);
  }
  for (const Segment& s : segments) {
    put(file, s.kind, 4);
    put(file, s.flags, 4);
    for (const std::uint64_t n :
         {first + contents.size(), s.address, s.address, std::uint64_t{s.contents.size()},
          s.memory_size, std::uint64_t{8}}) {
      put(file, n, 8);
    }
    contents += s.contents;
  }
  put(file, 0, 4);
  put(file, section, 4);
  file.resize(first);
  return file + contents;
}

class ElfToAout : public ::testing::Test {
 protected:
  ElfToAout() {
    const char* const given = std::getenv("TEST_TMPDIR");
    folder = given == nullptr ? std::filesystem::temp_directory_path().string() : given;
    folder += "/elf_to_aout_test";
    std::filesystem::create_directories(folder);
  }

  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // The exit code; in `errors`, what was said.
  int convert(const std::string& elf, const std::string& processor = "amd64") {
    const std::string from = folder + "/elf";
    const std::string to = folder + "/aout";
    std::filesystem::remove(to);
    std::ofstream(from, std::ios::binary) << elf;
    const std::string command = "python3 -B toolchains/plan9/elf_to_aout.py " + processor + " " +
                                from + " " + to + " 2>" + folder + "/errors";
    const int status = std::system(command.c_str());
    errors = read(folder + "/errors");
    made = read(to);
    return WEXITSTATUS(status);
  }

  void expect_refusal(const Program& program, const std::string& why) {
    EXPECT_EQ(convert(program.bytes()), 1);
    EXPECT_NE(errors.find(why), std::string::npos) << errors;
    EXPECT_EQ(errors.find('\n') + 1, errors.size()) << "one line: " << errors;
    EXPECT_TRUE(made.empty());
  }

  std::string folder;
  std::string errors;
  std::string made;
};

TEST_F(ElfToAout, WritesAHeaderAndTheContents) {
  ASSERT_EQ(convert(Program().bytes()), 0) << errors;
  const std::string header(
      "\0\0\x8a\x97\0\0\0\x08\0\0\0\x04\0\0\x0f\xfc\0\0\0\0\0\x20\0\x2c\0\0\0\0\0\0\0\0"
      "\0\0\0\0\0\x20\0\x2c",
      40);
  EXPECT_EQ(made, header + "texttext" + "data");
}

TEST_F(ElfToAout, FillsGapsWithZeroes) {
  Program program;
  program.segments = {
      {1, 4, kText, "r", 1}, {1, 5, kText + 4, "text", 4}, {1, 6, kData + 8, "d", 1}};
  ASSERT_EQ(convert(program.bytes()), 0) << errors;
  EXPECT_EQ(made.substr(40), std::string("r\0\0\0text\0\0\0\0\0\0\0\0d", 17));
}

TEST_F(ElfToAout, RefusesWhatNeedsALoaderOfMoreAbility) {
  Program program;
  for (const std::uint32_t relocations : {4u, 9u, 19u}) {
    program.section = relocations;
    expect_refusal(program, "relocations");
  }
  program = {};
  program.type = 3;
  expect_refusal(program, "fixed address");
  program = {};
  program.segments.push_back({2, 6, kData, "", 0});
  expect_refusal(program, "dynamically");
  program.segments.back() = {3, 4, kText, "", 0};
  expect_refusal(program, "dynamic linker");
  program.segments.back() = {7, 4, kText, "", 0};
  expect_refusal(program, "thread-local");
}

TEST_F(ElfToAout, RefusesSegmentsWhereTheKernelDoesNotPutThem) {
  Program program;
  program.segments[0].address = kText - 8;
  expect_refusal(program, "text begins at 0x200020, before 0x200028");
  program = {};
  program.segments[0].address = kText + 0x10000;
  expect_refusal(program, "far behind");
  program = {};
  program.segments[1].address = kData - 4096;
  expect_refusal(program, "before 0x400000");
  program.segments[1].address = kData + 4096;
  expect_refusal(program, "not in the page at 0x400000");
  program = {};
  program.segments[1].memory_size = 0x7fff'ffff'0000;
  expect_refusal(program, "in its own stack");
  program.segments[1].memory_size = std::uint64_t{1} << 32;
  expect_refusal(program, "2 GiB");
  program = {};
  program.segments[0].memory_size = 9;
  expect_refusal(program, "not in the file");
  program = {};
  program.segments.push_back({1, 6, kData + 2, "more", 4});
  expect_refusal(program, "overlaps");
  program = {};
  program.segments[1].memory_size = 3;
  expect_refusal(program, "larger in the file");
  program = {};
  program.segments.erase(program.segments.begin());
  expect_refusal(program, "no text");
}

TEST_F(ElfToAout, RefusesAnEntryOutsideOfTheText) {
  Program program;
  for (const std::uint64_t entry : {std::uint64_t{0}, kText - 1, kText + 8, kData}) {
    program.entry = entry;
    expect_refusal(program, "outside of its text");
  }
}

TEST_F(ElfToAout, RefusesOtherFiles) {
  Program program;
  program.machine = 183;
  expect_refusal(program, "another processor");
  const std::string good = Program().bytes();
  EXPECT_EQ(convert(good, "386"), 1);
  EXPECT_NE(errors.find("word size"), std::string::npos) << errors;
  EXPECT_EQ(convert(good, "mips"), 1);
  EXPECT_NE(errors.find("usage"), std::string::npos) << errors;
  for (const std::size_t size : {0u, 3u, 6u, 40u, 63u, 64u, 100u, 175u, 240u}) {
    EXPECT_EQ(convert(good.substr(0, size)), 1) << size;
    EXPECT_EQ(errors.find('\n') + 1, errors.size()) << "one line: " << errors;
  }
}

}  // namespace
}  // namespace Atoll
