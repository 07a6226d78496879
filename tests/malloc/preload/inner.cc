// A program with everything that makes malloc() call the system: for libinterposing.so, whose
// functions call malloc() in turn. Prints how many did.
#include <dlfcn.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include "tests/malloc/preload/check.h"

namespace {

template <typename Function>
Function* find(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

// Empty without the library.
void (*const give_block)(void* block) = find<void(void*)>("give_block");
void* (*const take_block)() = find<void*()>("take_block");
unsigned long (*const count_calls)() = find<unsigned long()>("count_calls");

struct Block {
  char* bytes = nullptr;
  std::size_t size = 0;
};

class Player {
 public:
  explicit Player(unsigned seed) : state_(seed) {}
  ~Player() {
    for (Block& block : blocks_) release(block);
  }

  void play(int steps) {
    for (int n = 0; n < steps; ++n) {
      Block& block = blocks_[next() % blocks_.size()];
      switch (next() % 8) {
        case 0:
          grow(block);
          break;
        case 1:
          hand_over(block);
          break;
        case 2:
          if (next() % 64 == 0) malloc_trim(0);
          break;
        default:
          replace(block);
      }
    }
  }

 private:
  std::uint32_t next() {
    state_ = state_ * 1664525 + 1013904223;
    return state_ >> 8;
  }

  // Mostly small, now and then a few pages, seldom megabytes.
  std::size_t size() {
    const std::uint32_t kind = next() % 100;
    if (kind == 0) return next() % (3U << 20) + 1;
    return kind < 15 ? next() % 200'000 + 1 : next() % 3000 + 1;
  }

  void replace(Block& block) {
    release(block);
    block.size = size();
    block.bytes =
        static_cast<char*>(next() % 2 == 0 ? std::calloc(1, block.size) : std::malloc(block.size));
    mark(block);
  }

  void grow(Block& block) {
    if (block.bytes == nullptr) return;
    check(block);
    const std::size_t before = block.size;
    block.size = size();
    block.bytes = static_cast<char*>(std::realloc(block.bytes, block.size));
    CHECK(block.bytes != nullptr);
    CHECK(block.bytes[0] == 'x');
    if (before <= block.size) CHECK(block.bytes[before - 1] == 'x');
    mark(block);
  }

  void hand_over(Block& block) {
    if (give_block == nullptr || block.bytes == nullptr) return;
    give_block(block.bytes);
    block = {};
    auto* const taken = static_cast<char*>(take_block());
    if (taken == nullptr) return;
    CHECK(taken[0] == 'i');
    if (next() % 2 == 0) {
      std::free(taken);
      return;
    }
    block = {static_cast<char*>(std::realloc(taken, 5000)), 5000};
    CHECK(block.bytes != nullptr && block.bytes[0] == 'i');
    mark(block);
  }

  static void mark(const Block& block) {
    CHECK(block.bytes != nullptr);
    block.bytes[0] = 'x';
    block.bytes[block.size - 1] = 'x';
    block.bytes[block.size / 2] = 'x';
  }
  static void check(const Block& block) {
    CHECK(block.bytes[0] == 'x');
    CHECK(block.bytes[block.size - 1] == 'x');
    CHECK(block.bytes[block.size / 2] == 'x');
  }
  static void release(Block& block) {
    if (block.bytes != nullptr) check(block);
    std::free(block.bytes);
    block = {};
  }

  std::uint32_t state_;
  std::array<Block, 100> blocks_;
};

void play_with_threads(unsigned seed, int steps) {
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 3; ++i) {
    threads.emplace_back([=] { Player(seed + i).play(steps); });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main() {
  Player mine(1);
  mine.play(1500);
  for (unsigned round = 0; round < 4; ++round) {
    std::thread other([=] { Player(round + 100).play(1500); });
    const pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
      mine.play(300);
      play_with_threads(round + 200, 200);
      _exit(0);
    }
    int status = 0;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    other.join();
  }
  play_with_threads(300, 3000);
  std::printf("%lu\n", count_calls != nullptr ? count_calls() : 0);
  return 0;
}
