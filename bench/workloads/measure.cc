// Runs a program and tells what it took. Small and without the allocator under test, so that its
// own memory and start, unlike those of a script, are not seen in the figures of its child.
//   measure RESULT_FD REPEAT LIBRARY PROGRAM [ARGUMENT...]
// LIBRARY is preloaded; "" if none is. Writes to RESULT_FD: seconds, seconds in user and in system
// mode, peak resident bytes, exit status (128 and the signal's number, if one ended it).

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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

// Starts the program once and waits for its end; false if that cannot be.
bool run(char** program, Usage& total) {
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) {
    execv(program[0], program);
    std::perror(program[0]);
    _exit(127);
  }
  int status = 0;
  rusage usage = {};
  if (wait4(child, &status, 0, &usage) != child) return false;
  total.user += seconds_of(usage.ru_utime);
  total.system += seconds_of(usage.ru_stime);
  total.peak_kib = std::max(total.peak_kib, usage.ru_maxrss);
  total.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return true;
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
