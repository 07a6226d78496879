/* Forks, with the handlers of early_handlers.c. A program in C, in which nothing has called malloc()
   before they are registered. */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/malloc/preload/check.h"

/* Of the library in front of the program. */
__attribute__((weak)) int count_handler_calls(void);

static void use(void) {
  for (size_t i = 1; i < 200; ++i) {
    char* const block = malloc(i * i);
    CHECK(block != NULL);
    memset(block, 'x', i * i);
    free(block);
  }
}

int main(void) {
  for (int round = 0; round < 20; ++round) {
    use();
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      use();
      _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  }
  CHECK(count_handler_calls != NULL && count_handler_calls() == 40);
  return 0;
}
