// `atoll observe PROGRAM`: what a program that pretends to be Go's gets told, and that nothing of a
// hostile one is left.

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>

#include "tests/tools/command.h"

namespace Atoll {
namespace {

const std::string kPretender = "tests/observe/pretender";

Outcome observe(const std::string& how, const std::string& flags = "") {
  return run("observe --format json " + flags + (flags.empty() ? "" : " ") + kPretender + " -- " +
             how);
}

Json answer_of(const Outcome& outcome) {
  EXPECT_TRUE(Json::accept(outcome.out)) << outcome.out << outcome.err;
  return Json::parse(outcome.out, nullptr, false);
}

// The first check that fails.
std::string failure_of(const Json& answer) {
  for (const Json& check : answer["checks"]) {
    if (check["ok"] == false)
      return check["name"].get<std::string>() + ": " + check["detail"].get<std::string>();
  }
  return "";
}

TEST(Observe, AgreesWithAHeapThatBeginsAsItsReleaseDoes) {
  const Outcome outcome = observe("right");
  const Json answer = answer_of(outcome);
  EXPECT_EQ(outcome.exit_code, 0) << failure_of(answer);
  EXPECT_EQ(answer["version"], "go1.19.8");
  EXPECT_EQ(answer["go"], "1.19");
  EXPECT_EQ(answer["goarch"], "amd64");
  EXPECT_EQ(answer["firstArena"], "0xc000000000");
  EXPECT_EQ(answer["hintIndex"], 0);
  EXPECT_EQ(answer["hintsTried"], 1);
  EXPECT_TRUE(answer["seed"].is_null());
  EXPECT_EQ(answer["ok"], true);
  EXPECT_FALSE(outcome.err.find("the end") != std::string::npos) << "it was ended before";
}

TEST(Observe, LetsAProgramRunToItsEnd) {
  const Outcome outcome = observe("right", "--to-end");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(answer_of(outcome)["ok"], true);
  EXPECT_NE(outcome.err.find("the end"), std::string::npos) << outcome.err;
}

TEST(Observe, NamesTheMappingInTheWayOfAHint) {
  const Json answer = answer_of(observe("blocked"));
  EXPECT_EQ(answer["ok"], true) << failure_of(answer);
  EXPECT_EQ(answer["hintIndex"], 1);
  EXPECT_EQ(answer["hintsTried"], 2);
  EXPECT_EQ(answer["firstArena"], "0x1c000000000");
  bool is_named = false;
  for (const Json& check : answer["checks"]) {
    const std::string why = check["detail"];
    is_named |= why.find("c000100000-c000101000 is in the way") != std::string::npos;
  }
  EXPECT_TRUE(is_named) << answer;
}

TEST(Observe, SaysWhatDisagrees) {
  const std::map<std::string, std::string> failures = {
      {"wrong", "hints: hint 0 is 0xc000000000, and the program did map(0xd000000000"},
      {"summary", "page summaries: no reservation of 128 KiB"},
      {"map", "arena map: no mapping of 32 MiB"},
      {"metadata", "arena's metadata: no mapping of 2165776 bytes"},
      {"growth", "first growth: 64 MiB at 0xc000000000"},
      {"exit", "page summaries: no reservation"},
      {"abort", "page summaries: no reservation"},
  };
  for (const auto& [how, failure] : failures) {
    const Outcome outcome = observe(how);
    EXPECT_EQ(outcome.exit_code, 1) << how;
    const Json answer = answer_of(outcome);
    EXPECT_EQ(answer["ok"], false);
    EXPECT_TRUE(failure_of(answer).starts_with(failure)) << failure_of(answer);
  }
  const auto last = [](const std::string& how) {
    return answer_of(observe(how))["checks"].back()["detail"].get<std::string>();
  };
  EXPECT_EQ(last("exit"), "it exited with 3 before it began its first thread");
  EXPECT_EQ(last("abort"), "signal 6 ended it before it began its first thread");
}

// Runs a program that does not end, and expects that nothing of it is left.
Json end_of(const std::string& how, const std::string& flags) {
  const std::string path = testing::TempDir() + "/group";
  const Json answer = answer_of(observe(how + " " + path, flags));
  pid_t group = 0;
  std::ifstream(path) >> group;
  EXPECT_GT(group, 1);
  EXPECT_NE(group, getpgrp());
  EXPECT_EQ(kill(-group, 0), -1) << "something is left of " << how;
  EXPECT_EQ(errno, ESRCH);
  return answer;
}

TEST(Observe, EndsProgramsWithAllTheirChildren) {
  EXPECT_EQ(end_of("hang", "--seconds 1")["checks"].back()["detail"],
            "it was ended when its time was over before it began its first thread");
  EXPECT_EQ(end_of("fork", "")["checks"].back()["detail"],
            "it was ended because it began 65 processes before it began its first thread");
  EXPECT_EQ(end_of("memory", "--memory 64")["checks"].back()["detail"],
            "it was ended because it used too much memory before it began its first thread");
  const Json later = end_of("later", "--to-end --seconds 1");
  EXPECT_EQ(later["ok"], true) << "its heap stood all the same";
  EXPECT_EQ(later["notes"].back(), "it was ended with its children after 1 s (--seconds)");
}

TEST(Observe, NamesTheLimitOfAddressSpace) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  rlimit limit = before;
  limit.rlim_cur = 500 << 20;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
  const Outcome outcome = observe("right");
  setrlimit(RLIMIT_AS, &before);
  EXPECT_EQ(outcome.exit_code, 1);
  const Json answer = answer_of(outcome);
  EXPECT_EQ(failure_of(answer), "page summaries: 512 MiB refused: ENOMEM");
  EXPECT_EQ(answer["notes"].front(),
            "the limit of address space (ulimit -v) is 500 MiB; Go 1.19 on this port needs 685 MiB "
            "and room for the program itself");
}

void expect_refusal(const std::string& arguments, const std::string& why) {
  const Outcome outcome = run(arguments);
  EXPECT_EQ(outcome.exit_code, 2) << arguments;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err, "atoll: " + why + "\n");
}

TEST(Observe, RefusesWhatItMustNotStart) {
  expect_refusal("observe", "'observe' needs a file, as in 'atoll observe ./program'");
  expect_refusal("observe /bin/true", "'/bin/true' was not started: not Go (--anyway starts it)");
  expect_refusal("observe /nowhere", "'/nowhere' cannot be read: No such file or directory");
  expect_refusal("observe /", "'/' is a folder");
  expect_refusal("observe --anyway /bin/true",
                 "'/bin/true' was not started: not Go; --go names a release");
  expect_refusal("observe --seconds 0 /bin/true", "--seconds '0' is not a number from 1 to 86400");
  expect_refusal("observe --memory x /bin/true", "--memory 'x' is not a number from 1 to 16777216");
  const std::string pipe = testing::TempDir() + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  expect_refusal("observe " + pipe, "'" + pipe + "' is a pipe, and cannot be started");
  const std::string copy = testing::TempDir() + "/copy";
  std::filesystem::copy_file(kPretender, copy);
  std::filesystem::permissions(copy, std::filesystem::perms::owner_read);
  expect_refusal("observe " + copy, "'" + copy + "' cannot be started: Permission denied");
}

TEST(Observe, RefusesTargetsThatDoNotRunTheProgram) {
  const std::string list = testing::TempDir() + "/targets";
  std::ofstream(list) << "linux_arm\tlinux_arm\tqemu\tarm\tp\tr\t\tt\t\t\n"
                         "linux_386\tlinux_386\tnative\t\tp\tr\t\tt\t\t\n"
                         "linux_mips\tlinux_mips\tqemu\tmips\tp\tr\t\tt\tqemu-user\t\n";
  const auto on = [&](const std::string& target) {
    return "observe --targets " + list + " --on " + target + " " + kPretender;
  };
  expect_refusal(on("linux_arm"), "the program is for linux/amd64, which linux_arm does not run");
  expect_refusal(on("linux_386"),
                 "--on takes targets whose programs QEMU's user mode runs, and linux_386 is none");
  expect_refusal(on("linux_mips"),
                 "qemu-user is missing here for linux_mips (tools/setup installs it)");
  expect_refusal(on("linux_amr"),
                 "unknown target 'linux_amr' (did you mean linux_arm?); see 'atoll verify --all'");
  expect_refusal("observe --targets x " + kPretender,
                 "--targets needs --on; see 'atoll observe --help'");
}

TEST(Observe, StartsAnythingIfItIsTold) {
  const Outcome outcome = run("observe --format json --anyway --go 1.19 /bin/true");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(answer_of(outcome)["go"], "1.19");
}

}  // namespace
}  // namespace Atoll
