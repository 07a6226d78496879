// Uses a heap between marks; measure.py counts the instructions from one mark to the next.
//
// It prints one line for each kind of work, in the order in which it does them: the name, how many
// pairs of marks it set, and how often it did the work between two marks.
#include <array>
#include <cstddef>
#include <cstdio>
#include <thread>

#include "atoll.hpp"

namespace {

// measure.py finds the labels by their names.
[[gnu::noinline, gnu::noclone]] void begin() { asm volatile("atoll_cost_begin: nop" ::: "memory"); }
[[gnu::noinline, gnu::noclone]] void end() { asm volatile("atoll_cost_end: nop" ::: "memory"); }

constexpr int kRepeats = 256;
constexpr int kObjects = 4096;
constexpr int kThreads = 4;
constexpr std::size_t kSmall = 16;

void told(const char* name, int marks, int repeats) {
  std::printf("%s %d %d\n", name, marks, repeats);
}

Atoll::Heap heap;

void pairs(const char* name, std::size_t size) {
  const auto run = [size] {
    for (int i = 0; i < kRepeats; ++i) heap.free(heap.allocate(size));
  };
  run();  // so that the lists are full
  begin();
  run();
  end();
  told(name, 1, kRepeats);
}

void marks_alone() {
  begin();
  end();
  told("marks", 1, 1);
  begin();
  for (int i = 0; i < kRepeats; ++i) asm volatile("" ::: "memory");
  end();
  told("loop", 1, kRepeats);
}

// Each call by itself: some take from the thread's list, the others fill it first.
bool growth() {
  static std::array<void*, kObjects> objects;
  for (void*& object : objects) {
    begin();
    object = heap.allocate(kSmall);
    end();
  }
  told("growth", kObjects, 1);
  for (void* object : objects) {
    if (object == nullptr) return false;
    heap.free(object);
  }
  return true;
}

bool first_calls_of_threads() {
  bool is_well = true;
  for (int i = 0; i < kThreads; ++i) {
    std::thread([&] {
      begin();
      void* const object = heap.allocate(kSmall);
      end();
      is_well = is_well && object != nullptr;
      heap.free(object);
    }).join();
  }
  told("thread", kThreads, 1);
  return is_well;
}

}  // namespace

int main() {
  begin();
  const Atoll::Line problem = heap.init(Atoll::os::native());
  end();
  told("start", 1, 1);
  if (!problem.view().empty()) return 1;
  marks_alone();
  if (!growth()) return 1;
  pairs("pair", kSmall);
  pairs("large-pair", 64 << 10);
  pairs("megabyte-pair", 1 << 20);
  return first_calls_of_threads() ? 0 : 1;
}
