// The worst moments for an allocator: each argument is one.
#include <dlfcn.h>
#include <malloc.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/malloc/preload/check.h"
#include "tests/malloc/preload/statm.h"

namespace {

// Objects of many sizes, some of which live for a while.
class Churn {
 public:
  explicit Churn(unsigned seed) : state_(seed) {}
  ~Churn() {
    for (char* const block : blocks_) std::free(block);
  }

  void step() {
    state_ = state_ * 1664525 + 1013904223;
    char*& block = blocks_[(state_ >> 8) % blocks_.size()];
    if (block != nullptr) CHECK(*block == 'x');
    std::free(block);
    const std::size_t size = (state_ >> 16) % 2000 + 1;
    block = static_cast<char*>((state_ & 64) != 0 ? std::calloc(1, size) : std::malloc(size));
    CHECK(block != nullptr);
    *block = 'x';
  }

 private:
  std::uint32_t state_;
  std::array<char*, 200> blocks_{};
};

void expect_success(pid_t child) {
  int status = 0;
  CHECK(child > 0);
  CHECK(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

// Forks while other threads are in the middle of everything. The child uses the heap, with threads.
void fork_with_threads() {
  std::atomic<bool> is_over{false};
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < 3; ++i) {
    threads.emplace_back([&is_over, i] {
      while (!is_over) {
        Churn churn(i);
        for (int n = 0; n < 1000; ++n) churn.step();
      }
    });
  }
  for (unsigned round = 0; round < 150; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(20);  // in case a lock is never released
      Churn churn(round);
      for (int n = 0; n < 2000; ++n) churn.step();
      std::thread([] {
        Churn other(7);
        for (int n = 0; n < 500; ++n) other.step();
      }).join();
      (void)malloc_trim(0);
      (void)mallinfo2();
      const pid_t grandchild = fork();
      for (int n = 0; n < 500; ++n) churn.step();
      if (grandchild == 0) {
        (void)malloc_trim(0);
        _exit(0);
      }
      expect_success(grandchild);
      if (round % 10 == 0) {
        std::string program = "true";
        std::array<char*, 2> arguments = {program.data(), nullptr};
        execvp("true", arguments.data());
      }
      _exit(0);
    }
    expect_success(child);
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();

  pid_t child = 0;
  std::string program = "true";
  std::array<char*, 2> arguments = {program.data(), nullptr};
  CHECK(posix_spawnp(&child, "true", nullptr, nullptr, arguments.data(), environ) == 0);
  expect_success(child);
}

// What a thread that the child does not have had allocated, the child may free and use again.
void fork_frees_what_others_made() {
  constexpr std::size_t kSize = 100;
  std::vector<void*> blocks(50'000);
  std::atomic<bool> is_made{false};
  std::atomic<bool> is_over{false};
  std::thread maker([&] {
    for (void*& block : blocks) block = std::malloc(kSize);
    is_made = true;
    while (!is_over) std::this_thread::yield();
  });
  while (!is_made) std::this_thread::yield();
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    std::set<void*> before(blocks.begin(), blocks.end());
    for (void* const block : blocks) std::free(block);
    std::size_t again = 0;
    for (void*& block : blocks) {
      block = std::malloc(kSize);
      CHECK(block != nullptr);
      std::memset(block, 1, kSize);
      again += before.count(block);
    }
    CHECK(again > blocks.size() * 9 / 10);
    CHECK(std::set<void*>(blocks.begin(), blocks.end()).size() == blocks.size());
    _exit(0);
  }
  expect_success(child);
  is_over = true;
  maker.join();
}

pthread_key_t late_key;

// Uses the heap until the system stops asking, which is after the heap has taken its cache back.
void at_thread_end(void* left) {
  Churn churn(3);
  for (int n = 0; n < 50; ++n) churn.step();
  std::free(left);
  (void)pthread_setspecific(late_key, std::malloc(40));
}

struct AtThreadEnd {
  std::string text = std::string(100, 'x');
  ~AtThreadEnd() { text += std::string(1000, 'y'); }
};

// Threads by the thousand, with destructors that use the heap. Memory stays what it was.
void thread_ends() {
  CHECK(pthread_key_create(&late_key, &at_thread_end) == 0);
  const auto run = [](int count) {
    for (int i = 0; i < count; ++i) {
      std::unique_ptr<std::string> from_thread;
      std::thread([&from_thread, i] {
        thread_local AtThreadEnd at_end;
        at_end.text += "!";
        (void)pthread_setspecific(late_key, std::malloc(100));
        from_thread = std::make_unique<std::string>(500, static_cast<char>('a' + i % 26));
        Churn churn(static_cast<unsigned>(i));
        for (int n = 0; n < 100; ++n) churn.step();
      }).join();
      CHECK((*from_thread)[499] == static_cast<char>('a' + i % 26));
    }
  };
  run(500);
  const long before = resident_bytes();
  run(4000);
  // All allocators lose the memory that the last destructor leaves behind: 40 bytes per thread.
  CHECK(resident_bytes() < before + (2 << 20));
}

// 100 keys before the first call of malloc(): the C library calls calloc() for ours.
void many_keys() {
  static std::array<pthread_key_t, 100> keys;
  for (pthread_key_t& key : keys) CHECK(pthread_key_create(&key, nullptr) == 0);
  for (int i = 0; i < 20; ++i) {
    std::thread([] {
      for (const pthread_key_t key : keys) CHECK(pthread_setspecific(key, &keys) == 0);
      Churn churn(1);
      for (int n = 0; n < 300; ++n) churn.step();
    }).join();
  }
}

volatile sig_atomic_t signals = 0;

// A signal handler runs at any moment; allocation goes on where it was.
void signals_everywhere() {
  struct sigaction action = {};
  action.sa_handler = [](int) {
    signals = signals + 1;
    errno = EDOM;
  };
  CHECK(sigaction(SIGALRM, &action, nullptr) == 0);
  const itimerval often = {{0, 100}, {0, 100}};
  CHECK(setitimer(ITIMER_REAL, &often, nullptr) == 0);
  Churn churn(1);
  for (int n = 0; n < 3'000'000 && signals < 2000; ++n) churn.step();
  const itimerval never = {};
  CHECK(setitimer(ITIMER_REAL, &never, nullptr) == 0);
  CHECK(signals > 10);
}

// Out of memory is null; what was there before is there still, and goes on.
void out_of_memory() {
  std::map<int, std::string> before;
  for (int i = 0; i < 1000; ++i) before[i] = std::string(100, 'b');
  const rlimit limit = {400U << 20, 400U << 20};
  CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
  for (int round = 0; round < 3; ++round) {
    std::array<void*, 20000> blocks;
    std::size_t count = 0;
    for (const std::size_t size : {std::size_t{1} << 20, std::size_t{100'000}, std::size_t{5000}}) {
      errno = 0;
      void* block = nullptr;
      while (count < blocks.size() && (block = std::malloc(size)) != nullptr) {
        std::memset(block, 1, 100);
        blocks[count++] = block;
      }
      if (count < blocks.size()) CHECK(errno == ENOMEM);
    }
    CHECK(count > 100);
    while (count > 0) std::free(blocks[--count]);
  }
  for (int i = 0; i < 1000; ++i) CHECK(before[i] == std::string(100, 'b'));
  std::vector<char> after(30 << 20, 'a');
  CHECK(after.back() == 'a');
}

// A library that uses the C library's malloc() in spite of a preload, and passes blocks on.
void other_allocator(const char* library) {
  void* const handle = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (handle == nullptr) std::fprintf(stderr, "%s\n", dlerror());
  CHECK(handle != nullptr);
  auto* const make = reinterpret_cast<char* (*)(std::size_t)>(dlsym(handle, "make"));
  CHECK(make != nullptr);
  for (int i = 0; i < 100; ++i) {
    for (const std::size_t size : {10U, 1000U, 200000U}) {
      char* block = make(size);
      CHECK(block != nullptr && block[size - 1] == 'm');
      CHECK(malloc_usable_size(block) >= size);
      block = static_cast<char*>(std::realloc(block, size * 2));
      CHECK(block != nullptr && block[size - 1] == 'm');
      std::free(block);
      std::free(make(size));
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  const std::string_view moment = count > 1 ? arguments[1] : "";
  if (moment == "fork") {
    fork_with_threads();
    fork_frees_what_others_made();
  } else if (moment == "thread-ends") {
    thread_ends();
  } else if (moment == "keys") {
    many_keys();
  } else if (moment == "signals") {
    signals_everywhere();
  } else if (moment == "memory") {
    out_of_memory();
  } else if (moment == "other" && count > 2) {
    other_allocator(arguments[2]);
  } else {
    std::fprintf(stderr, "moments: no such moment\n");
    return 2;
  }
  return 0;
}
