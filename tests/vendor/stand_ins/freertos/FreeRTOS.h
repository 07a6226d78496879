/* Stands in for FreeRTOS. */
#pragma once

#include <stddef.h>

#define configTOTAL_HEAP_SIZE (32 * 1024)
#define configUSE_MALLOC_FAILED_HOOK 1

void* pvPortMalloc(size_t size);
void vPortFree(void* block);
size_t xPortGetFreeHeapSize(void);
void vApplicationMallocFailedHook(void);
