#pragma once

void vTaskSuspendAll(void);
long xTaskResumeAll(void);
