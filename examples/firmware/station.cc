// A weather station's day on a microcontroller with 64 KiB of RAM: readings in std::vector, a
// report with printf(). Nothing here knows which malloc() it has, except where it asks for the
// heap's statistics.
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include <algorithm>
#include <vector>

#include "src/malloc/firmware/firmware_malloc.h"

namespace {

struct Reading {
  int minute;
  int tenths;  // of a degree
};

struct Sensor {
  const char* name;
  int mean;
  std::vector<Reading> readings;
};

// Stands for an input of the board.
class Weather {
 public:
  int tenths(int mean) {
    state_ = state_ * 1103515245 + 12345;
    return mean + static_cast<int>(state_ >> 16) % 100 - 50;
  }

 private:
  unsigned state_ = 1;
};

void measure(std::vector<Sensor>* sensors) {
  Weather weather;
  for (int minute = 0; minute < 24 * 60; minute += 5) {
    for (Sensor& sensor : *sensors) {
      sensor.readings.push_back({minute, weather.tenths(sensor.mean)});
    }
  }
}

void report(const Sensor& sensor) {
  std::vector<Reading> sorted = sensor.readings;
  std::sort(sorted.begin(), sorted.end(),
            [](const Reading& a, const Reading& b) { return a.tenths < b.tenths; });
  const auto print = [](const char* what, const Reading& reading) {
    printf("%s %d.%d at %02d:%02d", what, reading.tenths / 10, reading.tenths % 10,
           reading.minute / 60, reading.minute % 60);
  };
  printf("%-7s %d readings,", sensor.name, static_cast<int>(sorted.size()));
  print(" lowest", sorted.front());
  print(", highest", sorted.back());
  printf("\n");
}

void spend_a_day() {
  std::vector<Sensor> sensors;
  sensors.push_back({"roof", 180, {}});
  sensors.push_back({"garden", 150, {}});
  sensors.push_back({"cellar", 120, {}});
  measure(&sensors);
  for (const Sensor& sensor : sensors) report(sensor);
  const struct mallinfo heap = mallinfo();
  printf("heap: %d bytes, %d in use now, %d at most\n", static_cast<int>(heap.arena),
         static_cast<int>(heap.uordblks), static_cast<int>(heap.usmblks));
}

// Fills the heap until malloc() returns null, and then frees the blocks again.
bool fill_and_empty() {
  struct Block {
    Block* next;
    char rest[20];
  };
  const size_t before = mallinfo().uordblks;
  Block* last = nullptr;
  int count = 0;
  while (auto* const block = static_cast<Block*>(malloc(sizeof(Block)))) {
    block->next = last;
    last = block;
    ++count;
  }
  const bool is_told = errno == ENOMEM;
  while (last != nullptr) {
    Block* const next = last->next;
    free(last);
    last = next;
  }
  printf("%d blocks of 24 bytes filled it\n", count);
  const char* const wrong = atoll_fixed_check(atoll_malloc_heap());
  if (wrong != nullptr) printf("%s\n", wrong);
  return is_told && wrong == nullptr && mallinfo().uordblks == before;
}

}  // namespace

int main() {
  printf("the station begins\n");
  spend_a_day();
  const bool is_fine = fill_and_empty();
  printf(is_fine ? "the station is done\n" : "the station FAILED\n");
  return is_fine ? 0 : 1;
}
