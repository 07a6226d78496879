#include "tools/atoll/observe/watch/trace_program.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <sstream>

#include "tools/atoll/observe/watch/system_calls.h"

namespace Atoll::observe {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kOptions = PTRACE_O_EXITKILL | PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
                         PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC;

// A stop for a system call, as PTRACE_O_TRACESYSGOOD marks it.
constexpr int kSystemCallStop = SIGTRAP | 0x80;

// The call tells a stack in a structure, where it does not matter here: C libraries use it.
constexpr std::uint64_t kClone3 = 435;

constexpr std::chrono::milliseconds kPause{20};

// Arguments and numbers of ptrace() are long, and pointers.
long trace(int request, pid_t process, unsigned long address = 0, void* data = nullptr) {
  return ::ptrace(static_cast<__ptrace_request>(request), process, address, data);
}

void* as_data(long number) { return reinterpret_cast<void*>(number); }  // NOLINT

// A closed pipe tells that exec() succeeded; otherwise it brings the error.
class Starting {
 public:
  explicit Starting(const std::vector<std::string>& command) {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw CannotRun(std::strerror(errno));
    for (const std::string& word : command) words_.push_back(const_cast<char*>(word.c_str()));
    words_.push_back(nullptr);
  }
  ~Starting() {
    close(ends_[0]);
    if (ends_[1] >= 0) close(ends_[1]);
  }
  Starting(const Starting&) = delete;
  Starting& operator=(const Starting&) = delete;

  pid_t fork_child() {
    const pid_t child = fork();
    if (child < 0) throw CannotRun(std::strerror(errno));
    if (child == 0) become_program();
    close(ends_[1]);
    ends_[1] = -1;
    return child;
  }

  // Waits until the child has become the program, or has told why not.
  int error() const {
    int error = 0;
    return read(ends_[0], &error, sizeof error) == sizeof error ? error : 0;
  }

 private:
  // The first stop comes when the child has become the program.
  [[noreturn]] void become_program() {
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    std::signal(SIGPIPE, SIG_DFL);
    const int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(input, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    if (trace(PTRACE_TRACEME, 0) == 0) execv(words_.front(), words_.data());
    const int error = errno;
    if (write(ends_[1], &error, sizeof error) < 0) _exit(126);
    _exit(127);
  }

  std::array<int, 2> ends_ = {-1, -1};
  std::vector<char*> words_;
};

// The signals that end the waiting are blocked, so that none gets lost between two looks.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigemptyset(&set_);
    for (const int signal : {SIGCHLD, SIGINT, SIGTERM}) sigaddset(&set_, signal);
    sigprocmask(SIG_BLOCK, &set_, &old_);
  }
  ~BlockedSignals() { sigprocmask(SIG_SETMASK, &old_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

  // Waits for a change of a child, but not long. False: the user wants to stop.
  bool wait() const {
    const timespec time = {0, std::chrono::nanoseconds(kPause).count()};
    const int signal = sigtimedwait(&set_, nullptr, &time);
    return signal != SIGINT && signal != SIGTERM;
  }

 private:
  sigset_t set_{};
  sigset_t old_{};
};

// The process that a thread belongs to; the thread's own number if it is gone already.
pid_t process_of(pid_t thread) {
  std::ifstream file("/proc/" + std::to_string(thread) + "/status");
  std::string word;
  while (file >> word) {
    pid_t process = 0;
    if (word == "Tgid:" && file >> process) return process;
  }
  return thread;
}

std::uint64_t resident_bytes(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

// The first mapping of a process in [begin, end), as /proc/PID/maps has it.
std::string mapping_in(pid_t process, std::uint64_t begin, std::uint64_t end) {
  std::ifstream file("/proc/" + std::to_string(process) + "/maps");
  std::string line;
  while (std::getline(file, line)) {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (std::sscanf(line.c_str(), "%lx-%lx", &first, &last) != 2) continue;
    if (first >= end || last <= begin) continue;
    std::istringstream words(line);
    std::string range;
    std::string rest;
    std::string name;
    words >> range >> rest >> rest >> rest >> rest >> name;
    return name.empty() ? range : range + " " + name;
  }
  return {};
}

class Tracer {
 public:
  Tracer(const std::vector<std::string>& command, const Bounds& bounds)
      : command_(command), bounds_(bounds), end_(Clock::now() + bounds.time) {}
  ~Tracer() { end_all(); }
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;

  Watched run() {
    const BlockedSignals signals;
    // Orphans of the program become this process's children, so that all of them can be waited for.
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    Starting starting(command_);
    program_ = starting.fork_child();
    tasks_[program_].process = program_;
    if (const int error = starting.error(); error != 0) throw CannotRun(std::strerror(error));
    while (!is_over_) {
      if (take_changes()) continue;
      if (is_over_) break;
      if (!signals.wait()) {
        end_all();
        throw Stopped();
      }
      check_bounds();
    }
    end_all();
    return watched_;
  }

 private:
  // A thread of the program or of a process that it began.
  struct Task {
    pid_t process = 0;
    bool is_stopped_before = false;
    std::optional<Call> call;  // that it is in
    std::uint64_t stack = 0;   // that it gives to a thread that it begins
  };

  void end_with(Ending ending) {
    watched_.ending = ending;
    is_over_ = true;
  }

  void check_bounds() {
    if (Clock::now() >= end_) return end_with(Ending::kTimedOut);
    if (bounds_.resident_bytes == 0) return;
    std::uint64_t resident = resident_bytes(program_);
    for (const auto& [id, task] : tasks_) {
      if (task.process == id) resident += resident_bytes(id);
    }
    if (resident > bounds_.resident_bytes) end_with(Ending::kTooMuchMemory);
  }

  // False if there was none.
  bool take_changes() {
    int status = 0;
    const pid_t id = waitpid(-1, &status, __WALL | WNOHANG);
    if (id < 0) end_with(watched_.ending);
    if (id <= 0) return false;
    if (Clock::now() >= end_) end_with(Ending::kTimedOut);
    if (WIFSTOPPED(status)) {
      on_stop(id, status);
    } else {
      on_end(id, status);
    }
    return true;
  }

  void on_end(pid_t id, int status) {
    tasks_.erase(id);
    if (id != program_) return;
    watched_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    end_with(watched_.heap_stands ? Ending::kHeapStands
             : WIFEXITED(status)  ? Ending::kExited
                                  : Ending::kSignal);
  }

  Task& task_of(pid_t id) {
    const auto [found, is_new] = tasks_.try_emplace(id);
    if (is_new) found->second.process = process_of(id);
    return found->second;
  }

  void on_stop(pid_t id, int status) {
    Task& task = task_of(id);
    const int signal = WSTOPSIG(status);
    const int event = status >> 16;
    long deliver = 0;
    if (signal == kSystemCallStop) {
      on_system_call(id, task);
    } else if (event != 0) {
      on_event(id, event, task);
    } else if (!task.is_stopped_before && (signal == SIGTRAP || signal == SIGSTOP)) {
      // The first stop of each task: after exec(), or where the kernel attached to it.
      if (id == program_) trace(PTRACE_SETOPTIONS, id, 0, as_data(kOptions));
    } else {
      deliver = signal;
    }
    task.is_stopped_before = true;
    if (!is_over_) trace(PTRACE_SYSCALL, id, 0, as_data(deliver));
  }

  void on_event(pid_t id, int event, const Task& task) {
    if (event == PTRACE_EVENT_EXEC) {
      if (task.process == program_) is_recording_ = false;
      return;
    }
    unsigned long begun = 0;
    if (trace(PTRACE_GETEVENTMSG, id, 0, &begun) != 0) return;
    const Task& other = task_of(static_cast<pid_t>(begun));
    if (other.process != task.process) {
      if (++watched_.processes > bounds_.processes) end_with(Ending::kTooManyProcesses);
    } else if (task.process == program_ && is_recording_) {
      on_thread(task);
    }
  }

  // Go begins its first thread when the heap stands.
  void on_thread(const Task& task) {
    Call call;
    call.kind = CallKind::kThread;
    call.address = task.stack;
    watched_.calls.push_back(call);
    watched_.heap_stands = true;
    watched_.ending = Ending::kHeapStands;
    if (!bounds_.to_end) is_over_ = true;
  }

  void on_system_call(pid_t id, Task& task) {
    __ptrace_syscall_info info = {};
    if (trace(PTRACE_GET_SYSCALL_INFO, id, sizeof info, &info) <= 0) return;
    if (task.process != program_ || !is_recording_) return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
      std::array<std::uint64_t, 6> arguments{};
      std::ranges::copy(info.entry.args, arguments.begin());
      task.call = decode_call(info.arch, info.entry.nr, arguments);
      task.stack = info.entry.nr == kClone3 ? 0 : arguments[1];
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && task.call) {
      finish(id, *task.call, info.exit.rval, info.exit.is_error != 0);
      task.call.reset();
    }
  }

  void finish(pid_t id, Call& call, std::int64_t value, bool failed) {
    if (failed) {
      const char* name = strerrorname_np(static_cast<int>(-value));
      call.error = name == nullptr ? "an error" : name;
    } else {
      call.result = static_cast<std::uint64_t>(value);
    }
    const bool is_wish = call.kind == CallKind::kMap && call.address != 0 && !call.is_fixed;
    if (is_wish && call.result && call.result != call.address) {
      call.in_the_way = mapping_in(id, call.address, call.address + call.size);
    }
    watched_.calls.push_back(call);
  }

  // SIGKILL ends a whole process, stopped or not. What a process begins meanwhile is stopped at
  // once, and is waited for like the others.
  void end_all() {
    for (const auto& [id, task] : tasks_) kill(id, SIGKILL);
    for (;;) {
      int status = 0;
      const pid_t id = waitpid(-1, &status, __WALL);
      if (id < 0 && errno == EINTR) continue;
      if (id < 0) break;
      if (WIFSTOPPED(status)) kill(id, SIGKILL);
    }
    tasks_.clear();
  }

  const std::vector<std::string>& command_;
  const Bounds& bounds_;
  Clock::time_point end_;
  pid_t program_ = 0;
  std::map<pid_t, Task> tasks_;
  bool is_recording_ = true;  // not any more when it has become another program
  bool is_over_ = false;
  Watched watched_;
};

}  // namespace

Watched trace_program(const std::vector<std::string>& command, const Bounds& bounds) {
  return Tracer(command, bounds).run();
}

}  // namespace Atoll::observe
