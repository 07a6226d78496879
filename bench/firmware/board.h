/* What the traces need of the board. */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>

/* Where a heap's memory begins. There is more of it than any trace asks for. */
extern char board_ram[];

/* Sets the variables of the C library and of the heap to their first values, but not the traces'.
 */
void board_reset_variables(void);
/* How many bytes these variables have. */
size_t board_variables(void);
/* Copies the command line to `text`. */
void board_arguments(char* text, size_t size);
void board_print(const char* text);
void board_exit(void);

#endif
