// Allocates the blocks that a profile shall report.
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { kCount = 1000 };

static void* kept[kCount];

__attribute__((noinline)) static void* keep(void) { return malloc(1000); }
__attribute__((noinline)) static void drop(void) { free(malloc(3000)); }
__attribute__((noinline)) static void* hand_over(void) { return calloc(2, 1000); }

static void* free_all(void* all) {
  for (int i = 0; i < kCount; ++i) free(((void**)all)[i]);
  return NULL;
}

int main(void) {
  static void* handed[kCount];
  for (int i = 0; i < kCount; ++i) {
    kept[i] = keep();
    drop();
    handed[i] = hand_over();
    if (kept[i] == NULL || handed[i] == NULL) return 1;
  }
  pthread_t thread;
  if (pthread_create(&thread, NULL, free_all, handed) != 0) return 1;
  if (pthread_join(thread, NULL) != 0) return 1;
  // A child has its parent's samples and its own.
  const pid_t child = fork();
  if (child == 0) {
    free_all(kept);
    return 0;
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) return 1;
  return 0;
}
