// For tests with several threads in one heap.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "tests/heap/fixture.h"
#include "tests/heap/model.h"
#include "tests/heap/pattern.h"
#include "tests/heap/request_source.h"

namespace Atoll::test {

inline constexpr std::uint64_t kScale = kIsEmulated ? 1 : 10;

struct Piece {
  std::byte* bytes = nullptr;
  std::size_t size = 0;
  std::uint64_t pattern = 0;
};

// Where threads leave things for each other.
template <typename T>
class Mailbox {
 public:
  void put(const T& item) {
    const std::scoped_lock lock(mutex_);
    items_.push_back(item);
  }
  std::optional<T> take() {
    const std::scoped_lock lock(mutex_);
    if (items_.empty()) return std::nullopt;
    const T item = items_.front();
    items_.pop_front();
    return item;
  }

 private:
  std::mutex mutex_;
  std::deque<T> items_;
};

class Threads : public HeapTest {
 protected:
  explicit Threads(HeapOptions options = {}) : HeapTest(options) {}

  Piece make(Random& random) {
    const auto size = static_cast<std::size_t>(random.log_uniform(random.one_in(50) ? 17 : 11) + 1);
    const Scan scan = random.one_in(2) ? Scan::kScan : Scan::kNoscan;
    const Piece piece{static_cast<std::byte*>(heap_.allocate(size, scan)), size, random.next()};
    EXPECT_NE(piece.bytes, nullptr);
    fill(piece.bytes, size, piece.pattern);
    return piece;
  }
  void check_and_free(const Piece& piece) {
    EXPECT_EQ(first_change(piece.bytes, piece.size, piece.size, piece.pattern), piece.size);
    heap_.free(piece.bytes);
  }

  // Call it when all other threads have ended.
  void expect_empty() {
    heap_.flush_thread();
    const Statistics s = heap_.statistics();
    EXPECT_EQ(s.heap_objects, 0U);
    EXPECT_EQ(s.heap_cached, 0U);
    EXPECT_EQ(s.heap_in_use, 0U);
    EXPECT_EQ(s.mcache_in_use, 0U);
    EXPECT_EQ(check_identities(s), "");
    EXPECT_EQ(text(heap_.check()), "");
  }

  template <typename Work>
  static void run_threads(unsigned count, Work work) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < count; ++i) threads.emplace_back([&work, i] { work(i); });
    for (std::thread& thread : threads) thread.join();
  }
};

// A point at which threads wait for each other.
class Meeting {
 public:
  explicit Meeting(unsigned count) : count_(count) {}
  void meet() {
    const unsigned round = round_;
    if (++met_ == count_) {
      met_ = 0;
      ++round_;
      return;
    }
    while (round_ == round) os::native().yield();
  }

 private:
  const unsigned count_;
  std::atomic<unsigned> met_{0};
  std::atomic<unsigned> round_{0};
};

// Threads that each do some work and then sleep, with what they keep of it, until they are woken to
// end.
class Crowd {
 public:
  // Runs work(i) in `count` threads, and returns when all have done it.
  template <typename Work>
  Crowd(unsigned count, Work work) : meeting_(count + 1) {
    for (unsigned i = 0; i < count; ++i) {
      threads_.emplace_back([this, work, i] {
        work(i);
        meeting_.meet();
        meeting_.meet();
      });
    }
    meeting_.meet();
  }
  ~Crowd() {
    if (!threads_.empty()) wake();
  }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Returns when all threads have ended.
  void wake() {
    meeting_.meet();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

 private:
  Meeting meeting_;
  std::vector<std::thread> threads_;
};

}  // namespace Atoll::test
