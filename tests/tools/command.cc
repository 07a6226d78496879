#include "tests/tools/command.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>

namespace Atoll {
namespace {

constexpr const char* kProgram = "tools/atoll/atoll";  // in the test's own folder of files

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> words;
  if (text.empty()) return words;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = text.find(' ', begin);
    words.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos) return words;
    begin = end + 1;
  }
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Outcome run_into(const std::string& arguments, const std::string& output_path) {
  std::vector<std::string> words = split(arguments);
  words.insert(words.begin(), kProgram);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  const std::string errors = testing::TempDir() + "/stderr";
  constexpr int kCreate = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output_path.c_str(), kCreate, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors.c_str(), kCreate, 0600);
  pid_t child = 0;
  const int problem = posix_spawn(&child, kProgram, &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  Outcome outcome;
  EXPECT_EQ(problem, 0) << "cannot start " << kProgram;
  if (problem != 0) return outcome;

  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  outcome.err = read_file(errors);
  return outcome;
}

Outcome run(const std::string& arguments) {
  const std::string output = testing::TempDir() + "/stdout";
  Outcome outcome = run_into(arguments, output);
  outcome.out = read_file(output);
  return outcome;
}

Json ask(const std::string& arguments) {
  const Outcome outcome = run(arguments + " --format json");
  EXPECT_EQ(outcome.exit_code, 0) << arguments << ": " << outcome.err;
  EXPECT_EQ(outcome.err, "") << arguments;
  Json answer = Json::parse(outcome.out, nullptr, false);
  EXPECT_FALSE(answer.is_discarded()) << arguments << " answers no JSON: " << outcome.out;
  return answer;
}

std::string hex(std::uint64_t value) {
  std::ostringstream text;
  text << "0x" << std::hex << value;
  return text.str();
}

std::vector<std::string> releases() {
  std::vector<std::string> names;
  for (int minor = 11; minor <= 27; ++minor) names.push_back("1." + std::to_string(minor));
  return names;
}

}  // namespace Atoll
