/* A program that gives up all calls of the system but those that docs/FACES.md lists, once it has had
   a small and a large block; and then has memory of every kind, in several threads. */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/malloc/preload/check.h"

enum { kThreads = 2, kBlocks = 100 };

static pthread_barrier_t barrier;

/* A call that is not allowed: told by number, as printf() may need others. */
static void on_refused(int signal, siginfo_t* info, void* context) {
  (void)signal;
  (void)context;
  char text[] = "not allowed: call 000\n";
  const int number = info->si_syscall;
  text[18] = (char)('0' + number / 100 % 10);
  text[19] = (char)('0' + number / 10 % 10);
  text[20] = (char)('0' + number % 10);
  (void)!write(STDERR_FILENO, text, sizeof text - 1);
  _exit(3);
}

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)(offset))
/* The lower half of an argument, on a little-endian machine. */
#define LOAD_ARGUMENT(i) LOAD(offsetof(struct seccomp_data, args) + sizeof(__u64) * (i))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (unsigned)(what))
#define IF_IS(value, otherwise_skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, otherwise_skip)
#define IF_HAS(bits, otherwise_skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, otherwise_skip)
#define ALLOW(call) IF_IS(call, 1), RETURN(SECCOMP_RET_ALLOW)

/* `huge` is what the heap may advise about huge pages. */
static void give_up_the_rest(unsigned huge) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_refused;
  action.sa_flags = SA_SIGINFO;
  CHECK(sigaction(SIGSYS, &action, NULL) == 0);
  struct sock_filter filter[] = {
      LOAD(offsetof(struct seccomp_data, nr)),
      /* The heap's. */
      ALLOW(SYS_munmap),
      ALLOW(SYS_futex),
      ALLOW(SYS_sched_yield),
      ALLOW(SYS_clock_gettime),
      ALLOW(SYS_mincore),
      IF_IS(SYS_mmap, 6),
      LOAD_ARGUMENT(3),
      IF_HAS(MAP_ANONYMOUS, 2),
      LOAD_ARGUMENT(2),
      IF_HAS(PROT_EXEC, 1),
      RETURN(SECCOMP_RET_TRAP),
      RETURN(SECCOMP_RET_ALLOW),
      IF_IS(SYS_mprotect, 4),
      LOAD_ARGUMENT(2),
      IF_HAS(PROT_EXEC, 1),
      RETURN(SECCOMP_RET_TRAP),
      RETURN(SECCOMP_RET_ALLOW),
      IF_IS(SYS_madvise, 6),
      LOAD_ARGUMENT(2),
      ALLOW(MADV_DONTNEED),
      ALLOW(huge),
      RETURN(SECCOMP_RET_TRAP),
      /* This program's: threads end, and so does the process. */
      ALLOW(SYS_rt_sigprocmask),
      ALLOW(SYS_exit),
      ALLOW(SYS_exit_group),
      ALLOW(SYS_write),
      RETURN(SECCOMP_RET_TRAP),
  };
  const struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
  CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
  CHECK(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0);
}

static void small_and_large(void) {
  void* blocks[kBlocks];
  for (size_t size = 1; size < (size_t)24 << 20; size = size * 3 / 2 + 1) {
    const int count = size < 100000 ? kBlocks : 3;
    for (int i = 0; i < count; ++i) {
      blocks[i] = i % 3 == 0 ? calloc(1, size) : malloc(size);
      CHECK(blocks[i] != NULL);
      *(char*)blocks[i] = 'x';
    }
    for (int i = 0; i < count; ++i) free(blocks[i]);
    for (size_t alignment = 16; alignment <= (size_t)1 << 20; alignment *= 16) {
      void* const aligned = memalign(alignment, size);
      CHECK(aligned != NULL);
      free(aligned);
    }
  }
}

static void growing(void) {
  char* block = NULL;
  for (size_t size = 1; size < (size_t)12 << 20; size = size * 4 / 3 + 1000) {
    block = realloc(block, size);
    CHECK(block != NULL);
    memset(block, 'y', size);
  }
  for (size_t size = (size_t)12 << 20; size > 10; size /= 2) {
    block = realloc(block, size);
    CHECK(block != NULL && block[9] == 'y');
  }
  free(block);
}

/* An argument: it is the first thread, which takes the rest away. */
static void* work(void* is_first) {
  /* The thread is there; and may not do everything any more. */
  (void)pthread_barrier_wait(&barrier);
  if (is_first == NULL) (void)pthread_barrier_wait(&barrier);
  for (int round = 0; round < 2; ++round) {
    small_and_large();
    growing();
    (void)malloc_trim(0);
    (void)mallinfo2();
  }
  return is_first;
}

int main(int argc, char** argv) {
  (void)argv;
  CHECK(pthread_barrier_init(&barrier, NULL, kThreads + 1) == 0);
  pthread_t threads[kThreads];
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_create(&threads[i], NULL, work, NULL) == 0);
  free(malloc(100));
  free(malloc((size_t)1 << 20));
  (void)pthread_barrier_wait(&barrier);
  give_up_the_rest(argc > 1 ? MADV_NOHUGEPAGE : MADV_HUGEPAGE);
  (void)work(&barrier);
  for (int i = 0; i < kThreads; ++i) CHECK(pthread_join(threads[i], NULL) == 0);
  errno = 0;
  CHECK(malloc((size_t)1 << 60) == NULL && errno == ENOMEM);
  _exit(0);
}
