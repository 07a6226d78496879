// Pretends to be a program of Go 1.19 for linux/amd64: it has its build information, and begins as
// its heap does. Its first argument says what goes wrong.

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <thread>

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::size_t kArena = 64 * kMiB;
constexpr std::uintptr_t kHint0 = 0x00c0'0000'0000;
constexpr std::uintptr_t kHint1 = 0x01c0'0000'0000;

// As Go's linker writes it from release 1.18 on.
struct alignas(16) BuildInfo {
  char mark[16] = {'\xff', ' ', 'G', 'o', ' ', 'b', 'u', 'i', 'l', 'd', 'i', 'n', 'f', ':', 8, 2};
  char rest[16] = {};
  char version_and_settings[12] = {8, 'g', 'o', '1', '.', '1', '9', '.', '8', 0};
};
volatile BuildInfo build_info;

void* map(std::uintptr_t address, std::size_t size, int protection, int flags = 0) {
  return mmap(reinterpret_cast<void*>(address), size, protection,  // NOLINT
              MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
}

void* reserve(std::uintptr_t address, std::size_t size) {
  void* const place = map(address, size, PROT_NONE);
  if (place == MAP_FAILED) _exit(2);  // as Go does
  return place;
}

void* allocate(std::size_t size) { return map(0, size, PROT_READ | PROT_WRITE); }

[[noreturn]] void hang() {
  for (;;) pause();
}

[[noreturn]] void fork_forever() {
  for (;;) {
    if (fork() == 0) hang();
  }
}

[[noreturn]] void fill_memory() {
  for (int i = 0; i < 4096; ++i) {
    void* const piece = allocate(kMiB);
    if (piece != MAP_FAILED) std::memset(piece, 1, kMiB);
  }
  hang();
}

// Returns where the first arena is.
std::uintptr_t reserve_arena(std::string_view how) {
  if (how == "blocked") {
    map(kHint0 + kMiB, 4096, PROT_READ | PROT_WRITE, MAP_FIXED);
    munmap(reserve(kHint0, kArena), kArena);
  }
  const std::uintptr_t wish = how == "wrong"     ? 0x00d0'0000'0000
                              : how == "blocked" ? kHint1
                                                 : kHint0;
  reserve(wish, kArena);
  return wish;
}

void begin_heap(std::string_view how) {
  allocate(256 << 10);
  const std::size_t first = how == "summary" ? 256 << 10 : 128 << 10;
  for (const std::size_t size : {first, kMiB, 8 * kMiB, 64 * kMiB, 512 * kMiB}) reserve(0, size);
  reserve(0, 8 * kMiB);
  const std::uintptr_t arena = reserve_arena(how);
  if (how != "map") allocate(32 * kMiB);
  allocate(how == "metadata" ? 2164736 : 2165776);
  map(arena, how == "growth" ? kArena : 4 * kMiB, PROT_READ | PROT_WRITE, MAP_FIXED);
}

}  // namespace

// PRETENDER HOW [FILE]: the number of its process group goes into the file.
int main(int argc, char** argv) {
  if (build_info.mark[14] != 8) return 1;
  const std::string_view how = argc > 1 ? argv[1] : "";
  if (argc > 2) {
    std::FILE* const file = std::fopen(argv[2], "w");
    if (file != nullptr) {
      std::fprintf(file, "%d\n", static_cast<int>(getpgrp()));
      std::fclose(file);
    }
  }
  if (how == "hang") hang();
  if (how == "fork") fork_forever();
  if (how == "memory") fill_memory();
  if (how == "exit") return 3;
  if (how == "abort") std::abort();
  begin_heap(how);
  std::thread([] {}).join();
  if (how == "later") hang();
  std::puts("the end");
  return 0;
}
