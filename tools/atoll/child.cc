#include "tools/atoll/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

extern char** environ;

namespace Atoll::tool {
namespace {

using Clock = std::chrono::steady_clock;

volatile std::sig_atomic_t interrupted = 0;

void note_interrupt(int /*signal*/) { interrupted = 1; }

[[noreturn]] void fail(const char* what, int error = errno) {
  throw std::system_error(error, std::generic_category(), what);
}

class SignalGuard {
 public:
  SignalGuard() {
    struct sigaction action = {};
    action.sa_handler = note_interrupt;  // without SA_RESTART, so that poll() returns
    sigaction(SIGINT, &action, &old_interrupt_);
    sigaction(SIGTERM, &action, &old_terminate_);
  }
  ~SignalGuard() {
    sigaction(SIGINT, &old_interrupt_, nullptr);
    sigaction(SIGTERM, &old_terminate_, nullptr);
  }
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

 private:
  struct sigaction old_interrupt_ = {};
  struct sigaction old_terminate_ = {};
};

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) fail("pipe");
  }
  ~Pipe() {
    close(ends_[0]);
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_writer() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_ = {-1, -1};
};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& text : strings) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

pid_t spawn(const std::vector<std::string>& command, const std::vector<std::string>& environment,
            const Pipe& output, const Pipe& errors) {
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  const std::vector<char*> added = pointers(environment);
  variables.insert(variables.end(), added.begin(), added.end());

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output.writer(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.writer(), STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);

  pid_t child = 0;
  const int error = posix_spawn(&child, command.front().c_str(), &actions, &attributes,
                                pointers(command).data(), variables.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail(command.front().c_str(), error);
  return child;
}

int exit_code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Reads both pipes until the program has ended. Not until they are closed: what a program leaves
// behind, such as Wine's server, may hold standard error open for long.
class Reading {
 public:
  Reading(pid_t child, const Pipe& output, const Pipe& errors, Clock::time_point end)
      : child_(child),
        polled_({{{output.reader(), POLLIN, 0}, {errors.reader(), POLLIN, 0}}}),
        end_(end) {}

  ChildResult run() {
    int status = 0;
    bool ended = false;
    while (!ended) {
      if (interrupted != 0 || Clock::now() >= end_) {
        result_.timed_out = interrupted == 0;
        kill(-child_, SIGKILL);
        waitpid(child_, &status, 0);
        break;
      }
      wait_for_output(/*milliseconds=*/20);
      ended = waitpid(child_, &status, WNOHANG) == child_;
    }
    wait_for_output(/*milliseconds=*/0);
    result_.exit_code = exit_code_of(status);
    return result_;
  }

 private:
  void wait_for_output(int milliseconds) {
    while (poll(polled_.data(), polled_.size(), milliseconds) > 0) {
      const bool has_output = read_some(&polled_[0], &result_.output);
      const bool has_errors = read_some(&polled_[1], &result_.errors);
      if (!has_output && !has_errors) return;
    }
  }

  // False if there was nothing.
  static bool read_some(pollfd* from, std::string* text) {
    if (from->revents == 0) return false;
    std::array<char, 4096> buffer;
    const ssize_t size = ::read(from->fd, buffer.data(), buffer.size());
    if (size <= 0) {
      from->fd = -1;  // closed: poll() passes over it
      return false;
    }
    text->append(buffer.data(), static_cast<std::size_t>(size));
    return true;
  }

  pid_t child_;
  std::array<pollfd, 2> polled_;
  Clock::time_point end_;
  ChildResult result_;
};

}  // namespace

ChildResult run_child(const std::vector<std::string>& command,
                      const std::vector<std::string>& environment, std::chrono::seconds limit) {
  const SignalGuard guard;
  Pipe output;
  Pipe errors;
  const pid_t child = spawn(command, environment, output, errors);
  output.close_writer();
  errors.close_writer();
  ChildResult result = Reading(child, output, errors, Clock::now() + limit).run();
  if (interrupted != 0) throw Interrupted();
  return result;
}

}  // namespace Atoll::tool
