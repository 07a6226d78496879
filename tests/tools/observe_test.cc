// `atoll observe --identify`: what small files of every format tell, and what bad ones get.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/fuzz/executables/programs.h"
#include "tests/tools/command.h"

namespace Atoll {
namespace {

using fuzz::Format;
using fuzz::Program;
using fuzz::Release;

std::string write(const std::string& name, const std::string& bytes) {
  std::string path = testing::TempDir() + "/" + name;
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

Json identify(const std::string& path, const std::string& flags = "") {
  const Json answer = ask("observe --identify " + path + flags);
  EXPECT_EQ(answer.size(), 1U) << answer;
  return answer.at(0);
}

Json identify(const Program& program, const std::string& flags = "") {
  return identify(write("program", file_of(program)), flags);
}

Program elf(std::uint32_t machine, unsigned pointer_bytes, bool is_big_endian) {
  Program program;
  program.machine = machine;
  program.pointer_bytes = pointer_bytes;
  program.is_big_endian = is_big_endian;
  return program;
}

TEST(Identify, TellsEveryProcessorOfElf) {
  const std::map<std::string, Program> programs = {
      {"386", elf(3, 4, false)},       {"amd64", elf(62, 8, false)},
      {"arm", elf(40, 4, false)},      {"arm64", elf(183, 8, false)},
      {"loong64", elf(258, 8, false)}, {"mips", elf(8, 4, true)},
      {"mipsle", elf(8, 4, false)},    {"mips64", elf(8, 8, true)},
      {"mips64le", elf(8, 8, false)},  {"ppc64", elf(21, 8, true)},
      {"ppc64le", elf(21, 8, false)},  {"riscv64", elf(243, 8, false)},
      {"s390x", elf(22, 8, true)},
  };
  for (const auto& [goarch, program] : programs) {
    for (const Release release :
         {Release::kInline, Release::kPointers, Release::kTerminated, Release::kPacked}) {
      Program each = program;
      each.release = release;
      const Json row = identify(each);
      EXPECT_EQ(row.at("goarch"), goarch);
      EXPECT_EQ(row.at("goos"), "linux");
      EXPECT_EQ(row.at("version"), "go1.19.8") << goarch;
      EXPECT_EQ(row.at("go"), "1.19");
      const bool is_info = release == Release::kInline || release == Release::kPointers;
      EXPECT_EQ(row.at("releaseFrom"), is_info ? "build information" : "text");
      EXPECT_EQ(row.at("compiler"), "gc");
      EXPECT_EQ(row.at("race"), false);
      EXPECT_TRUE(row.at("note").is_null()) << row;
    }
  }
}

TEST(Identify, TellsTheSystemOfElf) {
  const std::map<std::string, Program> programs = [] {
    std::map<std::string, Program> all;
    all["netbsd"].abi = 2;
    all["freebsd"].abi = 9;
    all["openbsd"].abi = 12;
    all["nacl"].abi = 123;
    all["android"].loader = "/system/bin/linker64";
    all["dragonfly"].more = "/src/runtime/os_dragonfly.go";
    all["illumos"].loader = "/lib/amd64/ld.so.1";
    all["illumos"].more = "/src/runtime/os_illumos.go";
    all["solaris"].loader = "/lib/amd64/ld.so.1";
    all["plan9"].settings = "path\tx\nbuild\tGOOS=plan9\n";  // what the build says counts most
    return all;
  }();
  for (const auto& [goos, program] : programs) EXPECT_EQ(identify(program).at("goos"), goos);
}

TEST(Identify, TellsOtherFormats) {
  struct Case {
    Format format;
    unsigned pointer_bytes;
    std::uint32_t machine;
    const char* name;
    const char* goos;
    const char* goarch;
  };
  constexpr Case kCases[] = {
      {Format::kPe, 4, 0x14c, "PE", "windows", "386"},
      {Format::kPe, 4, 0x1c4, "PE", "windows", "arm"},
      {Format::kPe, 8, 0x8664, "PE", "windows", "amd64"},
      {Format::kPe, 8, 0xaa64, "PE", "windows", "arm64"},
      {Format::kMacho, 4, 7, "Mach-O", "darwin", "386"},
      {Format::kMacho, 8, 0x1000007, "Mach-O", "darwin", "amd64"},
      {Format::kMacho, 8, 0x100000c, "Mach-O", "darwin", "arm64"},
      {Format::kXcoff, 8, 0, "XCOFF", "aix", "ppc64"},
  };
  for (const Case& each : kCases) {
    for (const Release release :
         {Release::kInline, Release::kPointers, Release::kTerminated, Release::kPacked}) {
      Program program = elf(each.machine, each.pointer_bytes, each.format == Format::kXcoff);
      program.format = each.format;
      program.release = release;
      const Json row = identify(program);
      EXPECT_EQ(row.at("format"), each.name);
      EXPECT_EQ(row.at("goos"), each.goos);
      EXPECT_EQ(row.at("goarch"), each.goarch);
      EXPECT_EQ(row.at("version"), "go1.19.8") << row;
    }
  }
}

TEST(Identify, TellsPlan9) {
  for (const auto& [magic, goarch] :
       std::map<std::uint32_t, std::string>{{0x1eb, "386"}, {0x647, "arm"}, {0x8a97, "amd64"}}) {
    Program program = elf(0, goarch == "amd64" ? 8 : 4, false);
    program.format = Format::kPlan9;
    program.magic = magic;
    const Json row = identify(program);
    EXPECT_EQ(row.at("goos"), "plan9");
    EXPECT_EQ(row.at("goarch"), goarch);
    EXPECT_EQ(row.at("version"), "go1.19.8");
  }
}

TEST(Identify, TellsWhoCallsWasm) {
  for (const auto& [module, goos] : std::map<std::string, std::string>{
           {"go", "js"}, {"gojs", "js"}, {"wasi_snapshot_preview1", "wasip1"}}) {
    Program program;
    program.format = Format::kWasm;
    program.module = module;
    program.release = Release::kTerminated;
    const Json row = identify(program);
    EXPECT_EQ(row.at("goos"), goos);
    EXPECT_EQ(row.at("goarch"), "wasm");
    EXPECT_EQ(row.at("version"), "go1.19.8");
    EXPECT_TRUE(row.at("static").is_null());
    EXPECT_TRUE(row.at("pie").is_null());
  }
}

TEST(Identify, ReadsTheProducersOfWasm) {
  Program program;
  program.format = Format::kWasm;
  program.release = Release::kNone;
  program.has_line_table = false;
  program.has_symbols = true;
  program.producer = "go1.21.4";
  const Json row = identify(program);
  EXPECT_EQ(row.at("compiler"), "gc");
  EXPECT_EQ(row.at("version"), "go1.21.4");
  EXPECT_EQ(row.at("releaseFrom"), "producers");
  EXPECT_EQ(row.at("stripped"), false);
}

TEST(Identify, TellsEachPartOfAFatFile) {
  Program amd64 = elf(0x1000007, 8, false);
  amd64.format = Format::kMacho;
  Program arm64 = elf(0x100000c, 8, false);
  arm64.format = Format::kMacho;
  arm64.version = "go1.20.1";
  const Json answer =
      ask("observe --identify " + write("fat", fuzz::fat_of({file_of(amd64), file_of(arm64)})));
  ASSERT_EQ(answer.size(), 2U);
  EXPECT_EQ(answer.at(0).at("part"), 1);
  EXPECT_EQ(answer.at(0).at("goarch"), "amd64");
  EXPECT_EQ(answer.at(0).at("go"), "1.19");
  EXPECT_EQ(answer.at(1).at("part"), 2);
  EXPECT_EQ(answer.at(1).at("goarch"), "arm64");
  EXPECT_EQ(answer.at(1).at("go"), "1.20");
}

TEST(Identify, TellsHowItIsLinked) {
  Program program;
  Json row = identify(program);
  EXPECT_EQ(row.at("static"), true);
  EXPECT_EQ(row.at("pie"), false);
  EXPECT_EQ(row.at("stripped"), true);
  EXPECT_EQ(row.at("library"), false);
  program.loader = "/lib64/ld-linux-x86-64.so.2";
  program.is_pie = true;
  program.has_symbols = true;
  row = identify(program);
  EXPECT_EQ(row.at("static"), false);
  EXPECT_EQ(row.at("pie"), true);
  EXPECT_EQ(row.at("stripped"), false);
  EXPECT_EQ(row.at("library"), false);
  program.loader = "";
  EXPECT_EQ(identify(program).at("library"), true);
}

TEST(Identify, TellsWhatNeedsLibraries) {
  for (const Format format : {Format::kXcoff, Format::kMacho}) {
    for (const bool has_libraries : {false, true}) {
      Program program = elf(0x1000007, 8, format == Format::kXcoff);
      program.format = format;
      program.has_libraries = has_libraries;
      const Json row = identify(program);
      EXPECT_EQ(row.at("static"), !has_libraries);
      EXPECT_EQ(row.at("version"), "go1.19.8");
    }
  }
}

TEST(Identify, TellsTheRaceDetector) {
  Program program;
  program.settings = "path\tcommand\nbuild\t-race=true\nbuild\tGOOS=linux\n";
  EXPECT_EQ(identify(program).at("race"), true);
  program.settings = "";
  program.release = Release::kTerminated;
  program.has_race_detector = true;
  EXPECT_EQ(identify(program).at("race"), true);
}

TEST(Identify, ReadsVersionsOfAllKinds) {
  const std::map<std::string, Json> releases = {
      {"go1.10.8", nullptr},
      {"go1.11", "1.11"},
      {"go1.27rc1", "1.27"},
      {"go1.28.1", nullptr},
      {"devel go1.26-1a2b3c Mon", "1.26"},
      {"go1.21.3 X:nocoverageredesign", "1.21"},
  };
  for (const auto& [version, release] : releases) {
    Program program;
    program.version = version;
    const Json row = identify(program);
    EXPECT_EQ(row.at("version"), version);
    EXPECT_EQ(row.at("go"), release) << version;
    EXPECT_EQ(row.at("note"), release.is_null() ? Json("the model has 1.11 to 1.27") : Json());
  }
}

TEST(Identify, SaysIfThereIsNoRelease) {
  Program program;
  program.release = Release::kNone;
  Json row = identify(program);
  EXPECT_EQ(row.at("compiler"), "gc");
  EXPECT_TRUE(row.at("version").is_null());
  EXPECT_TRUE(row.at("go").is_null());
  EXPECT_EQ(row.at("note"),
            "no release to be found: its line table is of 1.20 or later; --go helps");
  row = identify(program, " --go 1.23");
  EXPECT_EQ(row.at("go"), "1.23");
  EXPECT_EQ(row.at("releaseFrom"), "--go");
  EXPECT_TRUE(row.at("note").is_null());
  // What stands in the file counts more.
  EXPECT_EQ(identify(Program(), " --go 1.23").at("go"), "1.19");
}

TEST(Identify, BelievesNoTextAmongSeveral) {
  Program program;
  program.release = Release::kTerminated;
  program.more = std::string("go1.21.1\0", 9);
  EXPECT_TRUE(identify(program).at("version").is_null());
}

TEST(Identify, TellsOtherCompilersApart) {
  Program program;
  program.release = Release::kNone;
  program.has_line_table = false;
  Json row = identify(program);
  EXPECT_TRUE(row.at("compiler").is_null());
  EXPECT_TRUE(row.at("race").is_null());
  EXPECT_EQ(row.at("note"), "not Go");
  program.more = "../src/libgo/runtime/proc.c";
  EXPECT_EQ(identify(program).at("compiler"), "gccgo");
  program.more = "panic: runtime error: nil pointer dereference";
  EXPECT_EQ(identify(program).at("compiler"), "TinyGo");
  program.more = "UPX!";
  EXPECT_NE(identify(program).at("note").get<std::string>().find("UPX"), std::string::npos);
  // A program that speaks of releases is no program of Go.
  program.more = std::string("go1.21.1\0", 9);
  EXPECT_EQ(identify(program).at("note"), "not Go");
}

TEST(Identify, AnswersForManyFilesAtOnce) {
  const std::string good = write("good", file_of(Program()));
  const std::string link = testing::TempDir() + "/link";
  std::filesystem::remove(link);
  std::filesystem::create_symlink(good, link);
  const Outcome outcome =
      run("observe --identify " + good + " /etc/passwd " + link + " no_such_file --format csv");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.err,
            "atoll: '/etc/passwd' is no ELF, PE, Mach-O, XCOFF, wasm or Plan 9 file\n"
            "atoll: 'no_such_file' cannot be read: No such file or directory\n");
  EXPECT_EQ(
      outcome.out,
      "file,part,format,goos,goarch,compiler,version,go,releaseFrom,race,static,pie,stripped,"
      "library,note\n" +
          good +
          ",,ELF,linux,amd64,gc,go1.19.8,1.19,build information,false,true,false,true,false,\n" +
          link +
          ",,ELF,linux,amd64,gc,go1.19.8,1.19,build information,false,true,false,true,false,\n");
}

TEST(Identify, TakesStrangeNamesAndTexts) {
  const std::string path = write("\xff\t\"name\"", file_of(Program()));
  EXPECT_EQ(identify(path).at("go"), "1.19");
  const Outcome table = run("observe --identify " + path);
  EXPECT_EQ(table.out.find('\t'), std::string::npos);
  Program program;
  program.version = "go1.19\x1b[31m\xfe";
  EXPECT_EQ(identify(program).at("go"), "1.19");
  EXPECT_EQ(run("observe --identify " + write("program", file_of(program))).out.find('\x1b'),
            std::string::npos);
}

TEST(Identify, RefusesBadFilesInOneLine) {
  const std::string good = file_of(Program());
  std::string object = good;
  object[16] = 1;
  std::string core = good;
  core[16] = 4;
  std::string far = good;  // its program headers
  far[32] = '\xff';
  far[39] = '\x7f';
  const std::map<std::string, std::string> messages = {
      {"", "is empty"},
      {"#!/bin/sh\n", "is a script, not an ELF, PE, Mach-O or wasm file"},
      {"!<arch>\nx", "is an archive, not a program"},
      {std::string("\xca\xfe\xba\xbe\0\0\0\x34", 8),
       "is no ELF, PE, Mach-O, XCOFF, wasm or Plan 9 file"},
      {object, "is an object file, not a program"},
      {core, "is a core dump, not a program"},
      {good.substr(0, 100), "is truncated: its program headers would lie behind its end, byte 100"},
      {good.substr(0, good.size() - 9),
       "is truncated: a segment would lie behind its end, byte " + std::to_string(good.size() - 9)},
      {far, "is truncated: its program headers would lie behind its end, byte " +
                std::to_string(good.size())},
      {"MZ" + std::string(62, '\0'), "is a program for DOS"},
      {"MZ" + std::string(62, '\1'), "is truncated, or a program for DOS"},
      {std::string("\0asm\x0d\0\1\0", 8), "is a component of wasm, not a module"},
      {std::string("\0asm\1\0\0\0\x0b\xff\xff\xff\xff\x0f", 14),
       "is truncated: a section would lie behind its end, byte 14"},
      {std::string("\xca\xfe\xba\xbe\0\0\0\x11", 8), "is malformed: it is a fat file of 17 parts"},
  };
  for (const auto& [bytes, message] : messages) {
    const std::string path = write("bad", bytes);
    const Outcome outcome = run("observe --identify " + path);
    EXPECT_EQ(outcome.exit_code, 2) << message;
    EXPECT_EQ(outcome.out, "") << message;
    EXPECT_EQ(outcome.err, "atoll: '" + path + "' " + message + "\n");
  }
}

TEST(Identify, RefusesWhatIsNoFileOrTooLarge) {
  const std::string large = write("large", file_of(Program()));
  std::filesystem::resize_file(large, (std::uintmax_t{2} << 30) + 1);  // a hole
  const std::map<std::string, std::string> messages = {
      {"/tmp", "is a folder"},
      {"/dev/zero", "is a device"},
      {large, "has 2147483649 bytes, and no program of Go has more than 2 GiB"},
  };
  for (const auto& [path, message] : messages) {
    const Outcome outcome = run("observe --identify " + path);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, "atoll: '" + path + "' " + message + "\n");
  }
  std::filesystem::remove(large);
}

TEST(Identify, RefusesBadCallsInOneLine) {
  const std::map<std::string, std::string> messages = {
      {"", "'observe' needs a file, as in 'atoll observe ./program'"},
      {" --identify", "'observe' needs a file, as in 'atoll observe ./program'"},
      {" --identify x --goos linux",
       "a file tells its own port: --goos, --goarch and --race have no meaning for 'observe'"},
      {" --identify x --bogus", "unknown flag '--bogus'; see 'atoll observe --help'"},
  };
  for (const auto& [arguments, message] : messages) {
    const Outcome outcome = run("observe" + arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_EQ(outcome.out, "") << arguments;
    EXPECT_EQ(outcome.err, "atoll: " + message + "\n");
  }
}

}  // namespace
}  // namespace Atoll
