/* Internal memory first, then external memory. Both cores use the heap. */
#include <atoll_fixed.h>
#include <stdio.h>

#include "esp_heap_caps.h"
#include "freertos/FreeRTOS.h"

static portMUX_TYPE lock = portMUX_INITIALIZER_UNLOCKED;

void atoll_fixed_enter(void) { portENTER_CRITICAL(&lock); }
void atoll_fixed_leave(void) { portEXIT_CRITICAL(&lock); }

enum { INTERNAL = 64 << 10, EXTERNAL = 512 << 10 };

void app_main(void) {
  void* const internal = heap_caps_malloc(INTERNAL, MALLOC_CAP_INTERNAL);
  void* const external = heap_caps_malloc(EXTERNAL, MALLOC_CAP_SPIRAM);
  const char* why = NULL;
  atoll_fixed* const heap = atoll_fixed_make(internal, INTERNAL, &why);
  if (heap == NULL) {
    printf("no heap: %s\n", why);
    return;
  }
  why = atoll_fixed_add(heap, external, EXTERNAL);
  if (why != NULL) printf("only internal memory: %s\n", why);
  void* const frame = atoll_fixed_malloc(heap, 320 * 240);
  printf("a frame of %u bytes\n", (unsigned)atoll_fixed_usable_size(heap, frame));
  atoll_fixed_free(heap, frame);
}
