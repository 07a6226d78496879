/* The first process of a machine that runs programs. It mounts the file systems that they expect,
 * runs them one after the other, tells how they ended, and stops the machine when all output has
 * left the console.
 *
 * /commands says what to run (initrd.py writes it): strings that end with NUL, first of all "one"
 * or "each", then the commands, behind each of which comes an empty string. In front of a command
 * may stand "!" (a signal must end it) and NAME=VALUE (its environment).
 *
 * "one": the command's status is the machine's, and its output is all there is. "each": all are
 * run, each with a line about it, and at the end "atoll: done" if all went well. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { kMaxCommands = 64 << 10, kMaxWords = 64, kMaxSeconds = 600, kSignalled = 128 };

struct command {
  char* words[kMaxWords + 1]; /* the environment first */
  char** program;             /* where it begins */
  int is_signalled;
};

static void complain(const char* what) {
  fprintf(stderr, "first_process: %s: %s\n", what, strerror(errno));
}

static void mount_at(const char* type, const char* place) {
  (void)mkdir(place, 0755);
  if (mount(type, place, type, 0, NULL) != 0) complain(place);
}

/* Programs have a standard input, but it is empty. */
static void close_input(void) {
  const int null = open("/dev/null", O_RDWR);
  if (null < 0 || dup2(null, 0) < 0) complain("/dev/null");
}

static _Noreturn void execute(const struct command* command) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  setsid();
  for (char* const* word = command->words; word != command->program; ++word) putenv(*word);
  execv(command->program[0], command->program);
  complain(command->program[0]);
  _exit(127);
}

/* As a shell has it: an exit code, or 128 and the signal's number. */
static int as_code(int status) {
  return WIFSIGNALED(status) ? kSignalled + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Ends a program that takes too long. It also waits for processes that have lost their parent. */
static int wait_for(pid_t child) {
  const time_t end = time(NULL) + kMaxSeconds;
  const struct timespec second = {1, 0};
  sigset_t child_signal;
  sigemptyset(&child_signal);
  sigaddset(&child_signal, SIGCHLD);
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(-1, &status, WNOHANG);
    if (ended == child) return as_code(status);
    if (ended > 0) continue;
    if (time(NULL) > end) (void)kill(child, SIGKILL);
    (void)sigtimedwait(&child_signal, NULL, &second);
  }
}

static int run(const struct command* command) {
  const pid_t child = fork();
  if (child == 0) execute(command);
  if (child < 0) {
    complain("fork");
    return 1;
  }
  return wait_for(child);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Whether it went well. */
static int run_and_tell(const struct command* command) {
  const double begin = seconds();
  const int code = run(command);
  const int is_well = command->is_signalled ? code > kSignalled : code == 0;
  printf("machine:");
  for (char* const* word = command->words; *word != NULL; ++word) printf(" %s", *word);
  printf(": %s (%d) in %.1f s\n", is_well ? "passed" : "FAILED", code, seconds() - begin);
  return is_well;
}

/* The next string, or null at the end. */
static char* next(char** at, const char* end) {
  if (*at >= end) return NULL;
  char* const string = *at;
  *at += strlen(string) + 1;
  return string;
}

/* False if there is none left. */
static int read_command(char** at, const char* end, struct command* command) {
  memset(command, 0, sizeof *command);
  int count = 0;
  for (char* word = next(at, end); word != NULL && *word != '\0'; word = next(at, end)) {
    if (count == 0 && strcmp(word, "!") == 0) {
      command->is_signalled = 1;
    } else if (count < kMaxWords) {
      command->words[count++] = word;
    }
  }
  command->program = command->words;
  while (*command->program != NULL && strchr(*command->program, '=') != NULL) ++command->program;
  return *command->program != NULL;
}

static int run_commands(char* at, const char* end) {
  const char* const mode = next(&at, end);
  struct command command;
  if (mode != NULL && strcmp(mode, "one") == 0) {
    return read_command(&at, end, &command) ? run(&command) : 1;
  }
  int failed = 0;
  while (read_command(&at, end, &command)) failed += !run_and_tell(&command);
  if (failed == 0) puts("atoll: done");
  return failed != 0;
}

int main(void) {
  static char commands[kMaxCommands + 1];
  setvbuf(stdout, NULL, _IOLBF, 0);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, NULL);
  mount_at("devtmpfs", "/dev");
  mount_at("proc", "/proc");
  mount_at("sysfs", "/sys");
  close_input();
  putenv("PATH=/");
  putenv("LD_LIBRARY_PATH=/lib");
  putenv("GTEST_COLOR=no");

  int code = 1;
  const int file = open("/commands", O_RDONLY | O_CLOEXEC);
  const ssize_t size = file < 0 ? -1 : read(file, commands, kMaxCommands);
  if (size < 0) {
    complain("/commands");
  } else {
    code = run_commands(commands, commands + size);
  }
  /* The machine stops at once: output that the console still holds then is lost. */
  printf("machine: status %d\n", code);
  (void)tcdrain(1);
  /* QEMU ends when its machine reboots. User-mode Linux would boot again, so run.sh asks it by a word on
   * the kernel's command line, which becomes a variable here, to turn the machine off. */
  reboot(getenv("atoll_turn_off") == NULL ? RB_AUTOBOOT : RB_POWER_OFF);
  return code;
}
