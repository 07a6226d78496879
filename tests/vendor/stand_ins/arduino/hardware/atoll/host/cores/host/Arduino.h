// Stands in for Arduino's core: standard input and output are the serial line.
#pragma once

#include <stddef.h>
#include <stdio.h>

struct SerialLine {
  void begin(unsigned long) {}
  int read() { return getchar(); }
  void print(const char* text) { fputs(text, stdout); }
  void println(unsigned long number) { printf("%lu\n", number); }
};
extern SerialLine Serial;

void setup();
void loop();
inline void delay(unsigned long) {}
