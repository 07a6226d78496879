// Bad input: one line on stderr that says what to write instead, nothing on stdout, exit code 2.

#include <gtest/gtest.h>

#include "tests/tools/command.h"

namespace Atoll {
namespace {

struct BadCall {
  const char* arguments;
  const char* message;
};

constexpr BadCall kBadCalls[] = {
    {"--bogus", "unknown flag '--bogus'; see 'atoll --help'"},
    {"prots", "unknown command 'prots' (did you mean ports?); see 'atoll --help'"},
    {"ports --fromat json",
     "unknown flag '--fromat' (did you mean --format?); see 'atoll ports --help'"},
    {"ports --bogus", "unknown flag '--bogus'; see 'atoll ports --help'"},
    {"ports -x", "unknown flag '-x'; see 'atoll ports --help'"},
    {"ports extra", "unexpected argument 'extra'; see 'atoll ports --help'"},
    {"ports hints", "unexpected argument 'hints'; see 'atoll ports --help'"},
    {"ports linux/arm64",
     "unexpected argument 'linux/arm64' (did you mean --goos linux --goarch arm64?); see 'atoll "
     "ports --help'"},
    {"--go 1.12 ports", "flags go behind the command, as in 'atoll ports --go 1.27 --goos linux'"},
    {"ports --go", "--go needs a value; see 'atoll ports --help'"},
    {"ports --goos", "--goos needs a value; see 'atoll ports --help'"},
    {"ports --goarch", "--goarch needs a value; see 'atoll ports --help'"},
    {"ports --format", "--format needs a value; see 'atoll ports --help'"},
    {"ports --race=maybe", "a flag has an invalid value: --race = maybe; see 'atoll ports --help'"},
    {"ports --tables", "unknown flag '--tables'; see 'atoll ports --help'"},
    {"ports --format yaml", "unknown format 'yaml'; it is one of table, json, csv or markdown"},
    {"ports --format jso",
     "unknown format 'jso' (did you mean json?); it is one of table, json, csv or markdown"},
    {"ports --go 1.10", "unknown release '1.10'; releases 1.11 to 1.27 are known"},
    {"ports --go 1.28", "unknown release '1.28'; releases 1.11 to 1.27 are known"},
    {"ports --go 1.11.5",
     "unknown release '1.11.5' (did you mean 1.11?); releases 1.11 to 1.27 are known"},
    {"ports --go 2", "unknown release '2'; releases 1.11 to 1.27 are known"},
    {"ports --go  --race", "unknown release ''; releases 1.11 to 1.27 are known"},
    {"ports --go 1.11 --go 1.12", "--go is given 2 times; give it once"},
    {"ports --goos linux --goos linux", "--goos is given 2 times; give it once"},
    {"ports --goos linus", "unknown GOOS 'linus' (did you mean linux?); see 'atoll ports'"},
    {"ports --goos macos", "unknown GOOS 'macos' (Go calls it darwin); see 'atoll ports'"},
    {"ports --goos Linux", "unknown GOOS 'Linux' (did you mean linux?); see 'atoll ports'"},
    {"ports --goos [a,b]", "unknown GOOS '[a,b]'; see 'atoll ports'"},
    {"ports --goarch arm65", "unknown GOARCH 'arm65' (did you mean arm64?); see 'atoll ports'"},
    {"ports --goarch x86_64", "unknown GOARCH 'x86_64' (Go calls it amd64); see 'atoll ports'"},
    {"ports --goos ios",
     "GOOS ios has no port in release 1.11 (it appeared in 1.16); see 'atoll ports --go 1.11'"},
    {"ports --goarch loong64",
     "GOARCH loong64 has no port in release 1.11 (it appeared in 1.19); see 'atoll ports --go "
     "1.11'"},
    {"ports --race --goos plan9",
     "GOOS plan9 has no race detector in any release from 1.11 to 1.27; see 'atoll ports --go 1.11 "
     "--race'"},
    {"ports --goos linux --goarch riscv64",
     "linux/riscv64 is not a port of release 1.11 (it appeared in 1.14); see 'atoll ports --go "
     "1.11'"},
    {"port",
     "'port' needs --goos and --goarch, as in 'atoll port --goos linux --goarch amd64'; see 'atoll "
     "ports'"},
    {"port --goos linux",
     "'port' needs --goarch, as in 'atoll port --goos linux --goarch amd64'; see 'atoll ports'"},
    {"hints",
     "'hints' needs --goos and --goarch, as in 'atoll hints --goos linux --goarch amd64'; see "
     "'atoll ports'"},
    {"hints --goarch arm",
     "'hints' needs --goos, as in 'atoll hints --goos linux --goarch amd64'; see 'atoll ports'"},
    {"port --goos linux --goarch riscv64",
     "linux/riscv64 is not a port of release 1.11 (it appeared in 1.14); see 'atoll ports --go "
     "1.11'"},
    {"port --goos nacl --goarch 386 --go 1.20",
     "nacl/386 is not a port of release 1.20 (the last to have it was 1.13); see 'atoll ports --go "
     "1.20'"},
    {"port --goos plan9 --goarch riscv64",
     "plan9/riscv64 is not a port of any release from 1.11 to 1.27; see 'atoll ports --go 1.11'"},
    {"port --goos linux --goarch 386 --race",
     "linux/386 has no race detector in any release from 1.11 to 1.27; see 'atoll ports --go 1.11 "
     "--race'"},
    {"port --goos linux --goarch arm64 --race",
     "linux/arm64 has no race detector in release 1.11 (it appeared in 1.12); see 'atoll ports "
     "--go 1.11 --race'"},
    {"port --goos openbsd --goarch amd64 --go 1.25 --race",
     "openbsd/amd64 has no race detector in release 1.25 (the last to have it was 1.22); see "
     "'atoll ports --go 1.25 --race'"},
    {"port --goos linux --goarch riscv64 --race",
     "linux/riscv64 is not a port of release 1.11 (it appeared in 1.14); see 'atoll ports --go "
     "1.11'"},
    {"hints --goos linux --goarch amd64 --seed 3",
     "--seed works only with --randomized; add --randomized"},
    {"hints --goos linux --goarch amd64 --go 1.26 --randomized",
     "--randomized needs --seed, so that the answer can be repeated, as in '--randomized --seed "
     "1'"},
    {"hints --goos linux --goarch amd64 --randomized --seed 3",
     "--randomized needs release 1.26 or later, and 1.11 is asked for; add --go 1.26"},
    {"hints --goos linux --goarch 386 --go 1.26 --randomized --seed 3",
     "--randomized does not apply to linux/386: its heap does not start from hints"},
    {"hints --goos linux --goarch amd64 --go 1.26 --race --randomized --seed 3",
     "--randomized and --race exclude each other: the race detector's window of addresses is "
     "fixed"},
    {"hints --goos linux --goarch amd64 --go 1.26 --randomized --seed -1",
     "--seed '-1' is not a number from 0 to 2^64-1, decimal or with 0x hexadecimal"},
    {"hints --goos linux --goarch amd64 --go 1.26 --randomized --seed 18446744073709551616",
     "--seed '18446744073709551616' is not a number from 0 to 2^64-1, decimal or with 0x "
     "hexadecimal"},
    {"hints --goos linux --goarch amd64 --go 1.26 --randomized --seed 0x",
     "--seed '0x' is not a number from 0 to 2^64-1, decimal or with 0x hexadecimal"},
    {"hints --goos linux --goarch amd64 --go 1.26 --sv39",
     "--sv39 is for riscv64 only, and linux/amd64 is asked for"},
    {"hints --goos linux --goarch riscv64 --go 1.25 --sv39",
     "--sv39 needs release 1.26 or later, and 1.25 is asked for; add --go 1.26"},
    {"classes --goos plan9 --goarch s390x",
     "plan9/s390x is not a port of any release from 1.11 to 1.27; see 'atoll ports --go 1.11'"},
    {"classes --goarch arm65", "unknown GOARCH 'arm65' (did you mean arm64?); see 'atoll ports'"},
    {"diff", "'diff' needs --go twice and got it never, as in 'atoll diff --go 1.11 --go 1.27'"},
    {"diff --go 1.11",
     "'diff' needs --go twice and got it once, as in 'atoll diff --go 1.11 --go 1.27'"},
    {"diff --go 1.11 --go 1.12 --go 1.13",
     "'diff' needs --go twice and got it 3 times, as in 'atoll diff --go 1.11 --go 1.27'"},
    {"diff --go 1.11 --go 1.99", "unknown release '1.99'; releases 1.11 to 1.27 are known"},
    {"diff --go 1.11 --go 1.12 --goos linux --goarch riscv64",
     "linux/riscv64 is not a port of release 1.12 (it appeared in 1.14); see 'atoll ports --go "
     "1.12'"},
};

TEST(BadInput, IsRefusedInOneLine) {
  for (const BadCall& call : kBadCalls) {
    const Outcome outcome = run(call.arguments);
    EXPECT_EQ(outcome.exit_code, 2) << call.arguments;
    EXPECT_EQ(outcome.out, "") << call.arguments;
    EXPECT_EQ(outcome.err, std::string("atoll: ") + call.message + "\n") << call.arguments;
  }
}

TEST(BadInput, OfNothingNamesTheCommands) {
  const Outcome outcome = run("");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(outcome.err.starts_with("atoll: which command? It is one of ports, port, hints,"))
      << outcome.err;
}

TEST(BadInput, IsRefusedInEveryFormat) {
  for (const char* format : {"table", "json", "csv", "markdown"}) {
    const Outcome outcome = run(std::string("port --goos linux --format ") + format);
    EXPECT_EQ(outcome.exit_code, 2);
    EXPECT_EQ(outcome.out, "");
  }
}

}  // namespace
}  // namespace Atoll
