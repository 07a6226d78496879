#include "Arduino.h"

SerialLine Serial;

int main() {
  setup();
  for (int i = 0; i < 1000; ++i) loop();
}
