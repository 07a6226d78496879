/* The program that gdb debugs. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct Node {
  struct Node* next;
  char name[20];
};

static struct Node* nodes;

__attribute__((noinline)) void reached(int count) { printf("reached %d\n", count); }

static void* work(void* context) {
  for (int i = 0; i < 100; ++i) {
    struct Node* const node = malloc(sizeof *node);
    node->next = nodes;
    strcpy(node->name, context);
    nodes = node;
  }
  reached(100);
  return NULL;
}

int main(void) {
  pthread_t thread;
  char name[] = "thread";
  if (pthread_create(&thread, NULL, &work, name) != 0) return 1;
  pthread_join(thread, NULL);
  while (nodes != NULL) {
    struct Node* const next = nodes->next;
    free(nodes);
    nodes = next;
  }
  reached(0);
  return 0;
}
