/* A heap that threads and interrupt handlers share, because its lock hook forbids interrupts. */
#include <atoll_fixed.h>
#include <zephyr/irq.h>
#include <zephyr/sys/printk.h>

static uint64_t memory[4 << 10];
static unsigned int key;

void atoll_fixed_enter(void) { key = irq_lock(); }
void atoll_fixed_leave(void) { irq_unlock(key); }

int main(void) {
  atoll_fixed* const heap = atoll_fixed_make(memory, sizeof memory, NULL);
  void* const block = atoll_fixed_malloc(heap, 100);
  printk("%u usable bytes\n", (unsigned int)atoll_fixed_usable_size(heap, block));
  atoll_fixed_free(heap, block);
  return 0;
}
