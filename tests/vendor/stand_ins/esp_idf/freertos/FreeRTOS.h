#pragma once

typedef int portMUX_TYPE;  // NOLINT: this is C.

#define portMUX_INITIALIZER_UNLOCKED 0
#define portENTER_CRITICAL(lock) (++*(lock))
#define portEXIT_CRITICAL(lock) (--*(lock))
