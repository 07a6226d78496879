/* A program that goes on until a signal ends it: each argument is one way. "ready PID" is what it says when
   it may be asked. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/malloc/preload/check.h"

static void* volatile kept[100];

static void keep(void) {
  for (int i = 0; i < 100; ++i) {
    kept[i] = malloc(1000);
    CHECK(kept[i] != NULL);
  }
}

static void wait_for_ever(void) {
  printf("ready %d\n", (int)getpid());
  CHECK(fclose(stdout) == 0);
  for (;;) pause();
}

/* So that a signal comes while the heap's locks are held. */
static void* churn(void* unused) {
  static void* volatile blocks[64];
  for (unsigned i = 0;; ++i) {
    void* volatile* const block = &blocks[i % 64];
    void* const before = __atomic_exchange_n(block, malloc(i % 100000), __ATOMIC_ACQ_REL);
    free(before);
  }
  return unused;
}

static void busy(void) {
  for (int i = 0; i < 3; ++i) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, churn, NULL) == 0);
  }
  printf("ready %d\n", (int)getpid());
  CHECK(fclose(stdout) == 0);
  churn(NULL);
}

static void in_child(void) {
  const pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) wait_for_ever();
  int status = 0;
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  (void)raise(WTERMSIG(status));
}

/* Opens a file by the number that standard error had. */
static void without_standard_error(const char* path) {
  CHECK(fclose(stderr) == 0);
  CHECK(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644) == STDERR_FILENO);
}

/* Closes all there is, as daemons do. */
static void without_files(void) {
  for (int i = STDERR_FILENO + 1; i < 5000; ++i) (void)close(i);
}

static void put(void* context, const char* text, size_t size) {
  *(size_t*)context += size;
  CHECK(write(STDOUT_FILENO, text, size) == (ssize_t)size);
}

static void call_functions(void) {
  typedef size_t (*Function)(void (*)(void*, const char*, size_t), void*);
  Function write_profile = NULL;
  *(void**)&write_profile = dlsym(RTLD_DEFAULT, "atoll_write_profile");
  CHECK(write_profile != NULL);
  size_t told = 0;
  const size_t bytes = write_profile(put, &told);
  CHECK(bytes == told);
}

int main(int count, char** arguments) {
  const char* const way = count > 1 ? arguments[1] : "";
  keep();
  if (strcmp(way, "idle") == 0) wait_for_ever();
  if (strcmp(way, "busy") == 0) busy();
  if (strcmp(way, "child") == 0) in_child();
  if (strcmp(way, "closes") == 0) without_standard_error(arguments[2]);
  if (strcmp(way, "closes-all") == 0) without_files();
  if (strcmp(way, "functions") == 0) call_functions();
  return 0;
}
