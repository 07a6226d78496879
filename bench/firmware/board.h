/* The board, as far as the traces need it. */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>

/* Where a heap's memory begins: larger than any that is asked for. */
extern char board_ram[];

/* Variables of the C library and of the heap become as they were at reset; the traces' own stay. */
void board_reset_variables(void);
/* How many bytes those are. */
size_t board_variables(void);
/* The words behind the program's name. */
void board_arguments(char* text, size_t size);
void board_print(const char* text);
void board_exit(void);

#endif
