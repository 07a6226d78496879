// A heap without an operating system. It allocates and frees objects of every size, each holding
// its own bytes. Then it checks everything, gives it back, and counts.

#include "src/heap/heap.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "os/os.h"

namespace {

using Atoll::Heap;
using Atoll::Line;

struct Object {
  unsigned char* bytes = nullptr;
  std::size_t size = 0;
};

// Thread-local variables with and without a value, of different alignments: our start code lays
// them out.
thread_local std::uint32_t random_state = 2463534242;
alignas(128) thread_local std::array<char, 64> zeroes;

// Linked in only to see that it runs before main().
struct Constructed {
  Constructed() : value(random_state) {}
  std::uint32_t value;
};
Constructed constructed;

void print(const Line& line) {
  Atoll::os::native().write(line.view());
  Atoll::os::native().write("\n");
}

bool fail(std::string_view what) {
  print(Line() << "FAIL\t" << what);
  return false;
}

std::uint32_t next_random() {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  random_state ^= random_state << 5;
  return random_state;
}

// Mostly small sizes, sometimes up to 256 KiB.
std::size_t next_size() {
  const unsigned bits = 3 + next_random() % (next_random() % 16 == 0 ? 16 : 8);
  return (std::size_t{1} << bits) + next_random() % (std::size_t{1} << bits);
}

unsigned char mark_of(const Object& object) {
  return static_cast<unsigned char>(object.size * 7 + 1);
}

bool is_whole(const Object& object) {
  for (std::size_t i = 0; i < object.size; ++i) {
    if (object.bytes[i] != mark_of(object)) return false;
  }
  return true;
}

bool work(Heap& heap) {
  static std::array<Object, 4096> objects;
  for (int step = 0; step < 40'000; ++step) {
    Object& object = objects[next_random() % objects.size()];
    if (object.bytes != nullptr) {
      if (!is_whole(object)) return fail("an object has changed");
      heap.free(object.bytes);
      object = {};
      continue;
    }
    object.size = next_size();
    object.bytes = static_cast<unsigned char*>(heap.allocate(object.size));
    if (object.bytes == nullptr) return fail(heap.last_failure().view());
    std::memset(object.bytes, mark_of(object), object.size);
  }
  if (const Line why = heap.check(); !why.view().empty()) return fail(why.view());
  for (Object& object : objects) {
    if (object.bytes != nullptr && !is_whole(object)) return fail("an object has changed");
    heap.free(object.bytes);
    object = {};
  }
  return true;
}

// Takes large objects until there is no memory, and gives them back.
bool exhaust(Heap& heap) {
  constexpr std::size_t kSize = std::size_t{4} << 20;
  static std::array<void*, 1024> objects;
  std::size_t count = 0;
  while (count < objects.size() && (objects[count] = heap.allocate(kSize)) != nullptr) ++count;
  print(Line() << "value\tobjects of 4 MiB\t" << std::uint64_t{count});
  print(Line() << "value\twhy no more\t" << heap.last_failure().view());
  if (count == 0 || count == objects.size()) return fail("memory has no end");
  if (const Line why = heap.check(); !why.view().empty()) return fail(why.view());
  while (count > 0) heap.free(objects[--count]);
  return heap.allocate(100) != nullptr || fail("nothing came back");
}

void print_statistics(Heap& heap) {
  const Atoll::Statistics s = heap.statistics();
  const auto value = [](std::string_view name, std::uint64_t number) {
    print(Line() << "value\t" << name << "\t" << number);
  };
  value("mallocs", s.mallocs);
  value("frees", s.frees);
  value("heapObjects", s.heap_objects);
  value("heapSys", s.heap_sys);
  value("heapInUse", s.heap_in_use);
  value("heapReleased", s.heap_released);
  value("sys", s.sys);
  value("metadata", s.metadata());
}

bool run(Heap& heap) {
  Atoll::os::Os& os = Atoll::os::native();
  if (constructed.value != 2463534242) return fail("constructors have not run");
  // A pointer of which the compiler does not know the value.
  const char* first = zeroes.data();
  __asm__("" : "+r"(first)::"memory");
  if (Atoll::Address::of(first).value() % 128 != 0) return fail("thread-locals are not aligned");
  for (std::size_t i = 0; i < zeroes.size(); ++i) {
    if (first[i] != 0) return fail("thread-locals are not zero");
  }
  if (const Line why = heap.init(os); !why.view().empty()) return fail(why.view());
  print(Line() << "value\tfirst object\t" << Atoll::Address::of(heap.allocate(64)));
  const std::uint64_t before = os.monotonic_nanoseconds();
  if (!work(heap)) return false;
  print(Line() << "value\tmilliseconds\t" << (os.monotonic_nanoseconds() - before) / 1'000'000);
  print(Line() << "value\tscavenged\t" << heap.scavenge());
  if (!exhaust(heap)) return false;
  print_statistics(heap);
  if (const Line why = heap.check(); !why.view().empty()) return fail(why.view());
  heap.destroy();
  if (const Line why = heap.init(os); !why.view().empty()) return fail(why.view());
  print(Line() << "value\tfirst object again\t" << Atoll::Address::of(heap.allocate(64)));
  heap.destroy();
  return true;
}

constinit Heap heap;

}  // namespace

int main(int /*argc*/, char** /*argv*/) {
  const bool ok = run(heap);
  print(Line() << "atoll: done");
  return ok ? 0 : 1;
}
