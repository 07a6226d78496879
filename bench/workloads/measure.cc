// Runs a program and measures its time and memory. It is small and does not use the allocator under
// test, so that its own memory and start, unlike those of a script, do not show in the figures of
// its child.
//   measure RESULT_FD REPEAT LIBRARY PROGRAM [ARGUMENT...]
// LIBRARY is preloaded; "" if none is. Writes to RESULT_FD: seconds, seconds in user and in system
// mode, peak resident bytes, exit status (128 and the signal's number, if one ended it).

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double now_in_seconds() {
  timespec now = {};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Usage {
  double user = 0;
  double system = 0;
  long peak_kib = 0;
  int status = 0;
};

// A figure in KiB of one of the files that the kernel has of a process; 0 without it.
long kib_in(const char* file_name, pid_t child, const char* line_format) {
  char path[48];
  std::snprintf(path, sizeof path, "/proc/%d/%s", child, file_name);
  std::FILE* const file = std::fopen(path, "r");
  if (file == nullptr) return 0;
  char line[128];
  long kib = 0;
  while (kib == 0 && std::fgets(line, sizeof line, file) != nullptr) {
    (void)std::sscanf(line, line_format, &kib);
  }
  std::fclose(file);
  return kib;
}

// The most that was resident, in KiB, of a program that is about to end. What wait4() tells, and
// the kernel counts while the program runs, may be too little by 31 pages of each kind for each
// processor, which is a tenth of a small program. The kernel counts the present size page by page.
long peak_kib_of(pid_t child) {
  return std::max(kib_in("status", child, "VmHWM: %ld kB"),
                  kib_in("smaps_rollup", child, "Rss: %ld kB"));
}

// Waits for the end of a child that asked to be traced. Its signals reach it as without that.
bool wait_for(pid_t child, Usage& total) {
  rusage usage = {};
  int status = 0;
  for (bool begins = true;; begins = false) {
    if (wait4(child, &status, 0, &usage) != child) return false;
    if (!WIFSTOPPED(status)) break;
    if (begins) ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACEEXIT);
    if (status >> 16 == PTRACE_EVENT_EXIT) {
      total.peak_kib = std::max(total.peak_kib, peak_kib_of(child));
    }
    const long signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
    ptrace(PTRACE_CONT, child, nullptr, signal);
  }
  total.user += seconds_of(usage.ru_utime);
  total.system += seconds_of(usage.ru_stime);
  total.peak_kib = std::max(total.peak_kib, usage.ru_maxrss);
  total.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
}

// Starts the program once and waits for its end; false if that cannot be.
bool run(char** program, Usage& total) {
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    execv(program[0], program);
    std::perror(program[0]);
    _exit(127);
  }
  return wait_for(child, total);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fputs("usage: measure RESULT_FD REPEAT LIBRARY PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  const int result = std::atoi(argv[1]);
  const int repeat = std::atoi(argv[2]);
  fcntl(result, F_SETFD, FD_CLOEXEC);
  if (*argv[3] != '\0') setenv("LD_PRELOAD", argv[3], 1);
  Usage total;
  const double started = now_in_seconds();
  for (int i = 0; i < repeat && total.status == 0; ++i) {
    if (!run(argv + 4, total)) return 1;
  }
  const double seconds = now_in_seconds() - started;
  dprintf(result, "%.9f %.6f %.6f %lld %d\n", seconds, total.user, total.system,
          static_cast<long long>(total.peak_kib) * 1024, total.status);
  return 0;
}
