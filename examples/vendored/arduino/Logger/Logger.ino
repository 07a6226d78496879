// Keeps what arrives on the serial line, and prints it again when a line ends.
#include <atoll_fixed.hpp>

static unsigned char memory[16 << 10] __attribute__((aligned(8)));
static Atoll::FixedHeap* heap;
static char* line;
static size_t length;

void setup() {
  Serial.begin(115200);
  heap = Atoll::FixedHeap::make(memory, sizeof memory);
}

void loop() {
  const int c = Serial.read();
  if (c < 0) return;
  char* const longer = static_cast<char*>(heap->reallocate(line, length + 2));
  if (longer == nullptr) return;
  line = longer;
  line[length++] = static_cast<char>(c);
  if (c != '\n') return;
  line[length] = '\0';
  Serial.print(line);
  heap->free(line);
  line = nullptr;
  length = 0;
}
