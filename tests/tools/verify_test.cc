// `atoll verify` as its user sees it, and `verify --all` over targets made up for the test.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "src/port/native.h"
#include "tests/tools/command.h"

namespace Atoll {
namespace {

// The values of this machine, where the program itself does not stand in the way.
class VerifyHere : public testing::Test {
 protected:
#if defined(__SANITIZE_ADDRESS__)
  void SetUp() override { GTEST_SKIP() << "the hints lie in AddressSanitizer's own memory"; }
#endif
};

TEST_F(VerifyHere, AgreesAndSaysWhatItSaw) {
  const Json answer = ask("verify");
  EXPECT_EQ(answer["go"], "1.11");
  EXPECT_EQ(answer["goos"], "linux");
  EXPECT_EQ(answer["goarch"], "amd64");
  EXPECT_EQ(answer["ok"], true);
  EXPECT_EQ(answer["pageSize"], sysconf(_SC_PAGESIZE));
  EXPECT_EQ(answer["hintIndex"], 0);
  EXPECT_EQ(answer["firstArena"], "0xc000000000");
  EXPECT_GE(answer["checks"].size(), 12U);
  for (const Json& check : answer["checks"]) {
    EXPECT_EQ(check["ok"], true) << check;
    EXPECT_NE(check["name"], "");
    EXPECT_NE(check["detail"], "");
  }
  EXPECT_EQ(answer["calls"][0], "reserve(0xc000000000, 64 MiB) -> 0xc000000000");
}

TEST_F(VerifyHere, AgreesInEveryRelease) {
  for (const std::string& release : releases()) {
    const Json answer = ask("verify --go " + release);
    EXPECT_EQ(answer["go"], release);
    EXPECT_EQ(answer["ok"], true) << answer;
  }
  EXPECT_EQ(ask("verify --race")["firstArena"], "0xc000000000");
}

constexpr std::array kKernelKeys = {
    "kernelRelease",     "movesSeveralMappings", "transparentHugePages", "hugePageSize",
    "overcommitMemory",  "maxMapCount",          "limitAddressSpace",    "limitData",
    "limitLockedMemory", "cgroupMemoryMax",
};

Json limit_here(decltype(RLIMIT_AS) resource) {
  rlimit limit{};
  getrlimit(resource, &limit);
  return limit.rlim_cur == RLIM_INFINITY ? Json("unlimited") : Json(limit.rlim_cur);
}

std::string first_line_of(const char* path) {
  std::string line;
  std::getline(std::ifstream(path), line);
  return line;
}

TEST(Verify, TellsWhatTheKernelSays) {
  const Json kernel = ask("verify")["kernel"];
  ASSERT_EQ(kernel.size(), kKernelKeys.size());
  std::size_t i = 0;
  for (const auto& [key, value] : kernel.items()) EXPECT_EQ(key, kKernelKeys[i++]);
  EXPECT_EQ(kernel["kernelRelease"], first_line_of("/proc/sys/kernel/osrelease"));
  EXPECT_TRUE(kernel["movesSeveralMappings"].is_boolean());
  EXPECT_EQ(kernel["overcommitMemory"].dump(), first_line_of("/proc/sys/vm/overcommit_memory"));
  EXPECT_EQ(kernel["maxMapCount"].dump(), first_line_of("/proc/sys/vm/max_map_count"));
  EXPECT_EQ(kernel["limitAddressSpace"], limit_here(RLIMIT_AS));
  EXPECT_EQ(kernel["limitData"], limit_here(RLIMIT_DATA));
  EXPECT_EQ(kernel["limitLockedMemory"], limit_here(RLIMIT_MEMLOCK));
  const std::string choices = first_line_of("/sys/kernel/mm/transparent_hugepage/enabled");
  if (!choices.empty()) {
    const std::string chosen = kernel["transparentHugePages"];
    EXPECT_NE(choices.find("[" + chosen + "]"), std::string::npos) << choices;
  }
}

// The command has this process's limits.
TEST(Verify, LimitsAreThoseInForceAndChangeNoVerdict) {
  const std::pair<decltype(RLIMIT_AS), const char*> limits[] = {
      {RLIMIT_AS, "limitAddressSpace"},
      {RLIMIT_DATA, "limitData"},
      {RLIMIT_MEMLOCK, "limitLockedMemory"},
  };
  constexpr rlim_t kLow = 64 << 10;
  constexpr rlim_t kHigh = rlim_t{1} << 46;
  const bool agrees = ask("verify")["ok"];
  for (const auto& [resource, key] : limits) {
    // A program with a race detector begins by lifting this limit.
    if (resource == RLIMIT_AS && port::kNativeRace) continue;
    rlimit before{};
    ASSERT_EQ(getrlimit(resource, &before), 0);
    rlimit limit = before;
    limit.rlim_cur = std::min(resource == RLIMIT_MEMLOCK ? kLow : kHigh, before.rlim_max);
    ASSERT_EQ(setrlimit(resource, &limit), 0);
    const Json answer = ask("verify");
    setrlimit(resource, &before);
    EXPECT_EQ(answer["kernel"][key], limit.rlim_cur) << key;
    EXPECT_EQ(answer["ok"], agrees) << key;
  }
}

TEST(Verify, EveryFormTellsWhatTheKernelSays) {
  const Json kernel = ask("verify")["kernel"];
  const std::string csv = run("verify --format csv").out;
  for (const char* const key : kKernelKeys) {
    EXPECT_NE(csv.find("\n" + std::string(key) + ",,"), std::string::npos) << key;
  }
  EXPECT_NE(csv.find("\nkernelRelease,," + std::string(kernel["kernelRelease"]) + "\n"),
            std::string::npos);
  for (const char* const form : {"table", "markdown"}) {
    const std::string text = run("verify --format " + std::string(form)).out;
    EXPECT_NE(text.find("Facts about the kernel (not part of the verdict)"), std::string::npos);
    EXPECT_NE(text.find("vm.overcommit_memory"), std::string::npos);
    EXPECT_NE(text.find("(ulimit -v)"), std::string::npos);
  }
}

TEST(Verify, TheTableEndsInAVerdict) {
  const Outcome outcome = run("verify");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_TRUE(outcome.out.ends_with("Verdict: this machine agrees with the port model.\n"))
      << outcome.out;
}

TEST(Verify, RefusesWhatItCannotBe) {
  const std::pair<const char*, const char*> calls[] = {
      {"verify --goos plan9",
       "this program runs on linux/amd64; see 'atoll verify --all' for others"},
      {"verify --goarch arm64",
       "this program runs on linux/amd64; see 'atoll verify --all' for others"},
      {"verify --targets list", "--targets needs --all; see 'atoll verify --help'"},
      {"verify --all --targets /nonexistent",
       "cannot read /nonexistent; 'tools/verify --all' builds every target and writes it"},
  };
  for (const auto& [arguments, message] : calls) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.exit_code, 2) << arguments;
    EXPECT_EQ(outcome.err, std::string("atoll: ") + message + "\n");
    EXPECT_EQ(outcome.out, "");
  }
}

// A list of targets whose runner is a script of the test's own.
class VerifyAll : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* tmp = std::getenv("TEST_TMPDIR");
    folder_ = std::filesystem::path(tmp == nullptr ? "/tmp" : tmp) /
              ("verify_all_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write_runner(const std::string& body) {
    std::ofstream(folder_ / "run.sh")
        << "[[ -z \"${ATOLL_DESCRIBE_RUNNER:-}\" ]] || { echo 'a test'; exit 0; }\n"
        << body << "\n";
  }
  void add_target(const std::string& port, const std::string& missing = "",
                  const std::string& variant = "", const std::string& note = "") {
    const std::string name = port + variant;
    std::ofstream list(folder_ / "list", std::ios::app);
    const std::string program = missing.empty() ? "/bin/true" : "";
    list << name << "\t" << port << "\tkind\targument\t" << program << "\t"
         << (folder_ / "run.sh").string() << "\t\t/tools\t" << missing
         << (note.empty() ? "" : "\t" + note) << "\n";
  }
  std::string arguments() const { return "verify --all --targets " + (folder_ / "list").string(); }
  Json answer(int exit_code) const {
    const Outcome outcome = run(arguments() + " --format json");
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    return Json::parse(outcome.out);
  }

  std::filesystem::path folder_;
};

constexpr const char* kAgreeing =
    "printf 'value\\tgoos\\tlinux\\nvalue\\tgoarch\\tmips\\nvalue\\tpageSize\\t4096\\n"
    "value\\tfirstArena\\t0x800000\\ncheck\\tone\\tok\\tfine\\natoll: done\\n'";

TEST_F(VerifyAll, ATargetThatAgrees) {
  write_runner(kAgreeing);
  add_target("linux_mips");
  const Json rows = answer(0);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["target"], "linux_mips");
  EXPECT_EQ(rows[0]["how"], "a test");
  EXPECT_EQ(rows[0]["pageSize"], 4096);
  EXPECT_EQ(rows[0]["firstHint"], nullptr);
  EXPECT_EQ(rows[0]["firstArena"], "0x800000");
  EXPECT_EQ(rows[0]["ok"], true);
}

TEST_F(VerifyAll, AVariantOfATargetHasThatTargetsPort) {
  write_runner(kAgreeing);
  add_target("linux_mips", "", "_4k");
  const Json rows = answer(0);
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows[0]["target"], "linux_mips_4k");
  EXPECT_EQ(rows[0]["ok"], true);
}

// A machine without an operating system.
TEST_F(VerifyAll, ATargetWithoutAPortHasAFixedHeap) {
  write_runner("printf 'check\\theap\\tok\\tfine\\nnote\\troom for 7%s\\natoll: done\\n' \"$*\"");
  add_target("-", "", "_cortex", "an experiment");
  add_target("-", "gcc", "_riscv");
  const Json rows = answer(0);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["ok"], true);
  EXPECT_EQ(rows[0]["go"], nullptr);
  EXPECT_EQ(rows[0]["FixedStack"], nullptr);
  EXPECT_EQ(rows[0]["firstHint"], nullptr);
  const std::string note =
      "a fixed heap; Go has no port without an operating system, so FixedStack and hints do not "
      "apply; ";
  EXPECT_EQ(rows[0]["note"], note + "an experiment; room for 7kind argument /bin/true")
      << "the probe has no arguments";
  EXPECT_EQ(rows[1]["ok"], nullptr);
  EXPECT_EQ(rows[1]["note"], note + "not run: gcc missing here (tools/setup installs it)");
  // Its port is not the one that was asked for.
  EXPECT_EQ(run(arguments() + " --goos linux").exit_code, 2);
}

TEST_F(VerifyAll, AFixedHeapThatDoesNotAgreeIsTold) {
  write_runner("printf 'check\\troom\\tFAIL\\t12 bytes are free\\n'; exit 1");
  add_target("-", "", "_cortex");
  const Json rows = answer(1);
  EXPECT_EQ(rows[0]["ok"], false);
  EXPECT_TRUE(std::string(rows[0]["note"]).ends_with("; room: 12 bytes are free")) << rows[0];
}

TEST_F(VerifyAll, OneFailedCheckIsTheVerdictAndTheNote) {
  write_runner(std::string(kAgreeing) + "; printf 'check\\ttwo\\tFAIL\\tit is not so\\n'; exit 1");
  add_target("linux_mips");
  const Json rows = answer(1);
  EXPECT_EQ(rows[0]["ok"], false);
  EXPECT_TRUE(std::string(rows[0]["note"]).starts_with("two: it is not so")) << rows[0];
}

TEST_F(VerifyAll, SilenceAndWrongProgramsAreNotAgreement) {
  for (const char* body : {"exit 0", "echo no such program >&2; exit 3",
                           "printf 'check\\tone\\tok\\tfine\\n'", "kill -9 $$"}) {
    write_runner(body);
    std::filesystem::remove(folder_ / "list");
    add_target("linux_mips");
    EXPECT_EQ(answer(1)[0]["ok"], false) << body;
  }
  EXPECT_NE(std::string(answer(1)[0]["note"]).find("exit 137"), std::string::npos);
}

TEST_F(VerifyAll, WhatIsMissingIsListedAndNotCounted) {
  write_runner(kAgreeing);
  add_target("linux_mips");
  add_target("windows_386", "wine32");
  const Json rows = answer(0);
  EXPECT_EQ(rows[1]["ok"], nullptr);
  EXPECT_EQ(rows[1]["note"], "not run: wine32 missing here (tools/setup installs it)");
  const Outcome table = run(arguments());
  EXPECT_TRUE(table.out.ends_with("2 targets: 1 run, 1 agree, 1 not run\n")) << table.out;
}

TEST_F(VerifyAll, NothingRunIsNoAgreement) {
  add_target("windows_386", "wine32");
  EXPECT_EQ(run(arguments()).exit_code, 1);
}

TEST_F(VerifyAll, APortOfALaterReleaseStartsThereUnlessAskedOtherwise) {
  write_runner("printf 'check\\tasked\\tok\\t%s\\n' \"$*\"");
  add_target("linux_riscv64");
  const Json rows = answer(1);
  EXPECT_EQ(rows[0]["go"], "1.14");
  const Outcome asked = run(arguments() + " --go 1.11 --format json");
  EXPECT_EQ(asked.exit_code, 1);
  EXPECT_EQ(Json::parse(asked.out)[0]["ok"], nullptr);
}

TEST_F(VerifyAll, AListThatIsNoneIsRefused) {
  std::ofstream(folder_ / "list") << "what is this\n";
  const Outcome outcome = run(arguments());
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_NE(outcome.err.find("is not a list of targets: 'what is this'"), std::string::npos);
}

TEST_F(VerifyAll, WritesAPage) {
  write_runner(std::string(kAgreeing) +
               "; printf 'value\\taddressBits\\t39\\ncall\\treserve(0xc000000000, 64 MiB) -> "
               "0x44000000\\ncall\\treserve(0x1c000000000, 64 MiB) -> no memory\\n'"
               "; printf 'note\\t<script>alert(\"1\")</script> & more\\n'");
  add_target("linux_mips", "", "_<b>bold</b>");
  add_target("windows_386", "wine32");
  add_target("-", "", "_cortex");
  const std::string page = (folder_ / "page.html").string();
  const Outcome outcome = run(arguments() + " --html " + page);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, run(arguments()).out) << "the table is the same";
  std::ifstream file(page);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const auto count = [&text](const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
      ++found;
    }
    return found;
  };
  EXPECT_EQ(count("<script"), 0U);
  EXPECT_EQ(count("<b>"), 0U);
  EXPECT_EQ(count("http"), 0U) << "it needs no network";
  EXPECT_EQ(count("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more"), 2U);
  EXPECT_EQ(count("<th scope=\"row\">"), 3U);
  EXPECT_EQ(count(">agrees</td>"), 2U);
  EXPECT_EQ(count(">not run</td>"), 1U);
  EXPECT_EQ(count("class=\"label\""), 1U) << "the others have no port or were not run";
  EXPECT_EQ(count("39 bits of address"), 1U);
  EXPECT_EQ(count("asked for 0xc000000000, got 0x44000000"), 1U);
  EXPECT_EQ(count("asked for 0x1c000000000, got nothing"), 1U);
  EXPECT_EQ(count("first arena at 0x800000"), 1U);
  EXPECT_EQ(count("<summary>linux/mips: "), 1U);
  EXPECT_EQ(count("prefers-color-scheme: dark"), 1U);
  EXPECT_EQ(count("tabindex=\"0\""), 1U) << "the keyboard reaches the table";
}

// tools/verify and `bazel run` start the command in another folder, and say in which one the user
// is.
TEST_F(VerifyAll, WritesAPageWhereTheUserIs) {
  write_runner(kAgreeing);
  add_target("linux_mips");
  setenv("BUILD_WORKING_DIRECTORY", folder_.c_str(), 1);
  const Outcome outcome = run(arguments() + " --html here.html");
  unsetenv("BUILD_WORKING_DIRECTORY");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "here.html"));
}

TEST_F(VerifyAll, RefusesAPageThatCannotBeWritten) {
  write_runner(kAgreeing);
  add_target("linux_mips");
  const std::string page = (folder_ / "none" / "page.html").string();
  const Outcome outcome = run(arguments() + " --html " + page);
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "atoll: cannot write '" + page + "': No such file or directory\n");
  const Outcome full = run(arguments() + " --html /dev/full");
  EXPECT_EQ(full.exit_code, 2);
  EXPECT_EQ(full.out, "");
  const Outcome alone = run("verify --html page.html");
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_EQ(alone.err, "atoll: --html needs --all; see 'atoll verify --help'\n");
}

TEST_F(VerifyAll, CtrlCEndsItAndWhatItStarted) {
  write_runner("echo $$ >" + (folder_ / "pid").string() + "; sleep 100");
  add_target("linux_mips");
  const pid_t child = fork();
  if (child == 0) {
    const std::string list = (folder_ / "list").string();
    execl("tools/atoll/atoll", "atoll", "verify", "--all", "--targets", list.c_str(), nullptr);
    _exit(127);
  }
  std::string runner;
  for (int i = 0; i < 500 && runner.empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    std::getline(std::ifstream(folder_ / "pid"), runner);
  }
  ASSERT_NE(runner, "");
  kill(child, SIGINT);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  const pid_t started = std::stoi(runner);
  for (int i = 0; i < 100 && kill(started, 0) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  EXPECT_NE(kill(started, 0), 0) << "the runner still runs";
}

}  // namespace
}  // namespace Atoll
