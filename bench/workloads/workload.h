// The interface of a workload, and the parts that all of them use: lanes and random numbers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace Atoll::bench {

class Run;

struct Workload {
  // As on the command line and in every table.
  const char* name;
  int threads;
  void (*run)(Run& run);
  // Of basic operations per thread; chosen so that glibc takes a few tenths of a second.
  std::int64_t count;
  // Bytes of a block, where the workload has one size.
  std::size_t size;
  const char* what;
};

// The same numbers in every run (a linear step, mixed by multiplication), at the cost of some
// instructions: the generator must not dominate the result.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t x = (state_ ^ (state_ >> 32)) * 0xd6e8feb86659fd93;
    return x ^ (x >> 32);
  }

  // Below `end`, which fits 32 bits.
  std::uint64_t below(std::uint64_t end) { return ((next() >> 32) * end) >> 32; }

  // From `smallest`, a power of two, to `smallest` << `doublings`; each doubling equally often, so
  // that small blocks are many, as in programs.
  std::size_t size(std::size_t smallest, unsigned doublings) {
    const std::size_t base = smallest << below(doublings);
    return base + (next() & (base - 1));
  }

 private:
  std::uint64_t state_;
};

// One thread's part of a run. What lies outside of begin() and end() is not measured.
class Lane {
 public:
  Lane(Run& run, int number);

  int number() const { return number_; }
  Random& random() { return random_; }
  // All lanes begin together.
  void begin();
  void end();
  // What lies between these two is not measured either.
  void suspend();
  void resume();

  double started() const { return started_; }
  double ended() const { return ended_; }

 private:
  Run& run_;
  int number_;
  Random random_;
  double started_ = 0;
  double ended_ = 0;
  double suspended_ = 0;
};

// One execution of a workload.
class Run {
 public:
  Run(const Workload& workload, double scale) : workload_(workload), scale_(scale) {}

  // Runs `work` on the workload's threads: on the main one if there is one only, so that a program
  // without threads is measured.
  void on_lanes(const std::function<void(Lane&)>& work);

  // How often: the workload's count, or any other number, scaled and not below 1.
  std::int64_t count() const { return scaled(workload_.count); }
  std::int64_t scaled(std::int64_t number) const;
  std::size_t size() const { return workload_.size; }
  int threads() const { return workload_.threads; }

  double seconds() const { return seconds_; }
  void set_seconds(double seconds) { seconds_ = seconds; }

 private:
  friend class Lane;

  const Workload& workload_;
  double scale_;
  double seconds_ = 0;
  std::atomic<int> waiting_{0};
};

// Of a clock that only goes forward.
double now_in_seconds();

// This process's resident memory now.
std::uint64_t resident_bytes();

// Prints one more result of the run: "name value".
void report(const char* name, std::uint64_t value);

// --- The families: each in the file of its name ---

// pairs.cc
void pairs(Run& run);
void batches(Run& run);
void mixed(Run& run);

// live.cc
void first_in_first_out(Run& run);
void last_in_first_out(Run& run);
void random_order(Run& run);
void first_touch(Run& run);
void refill(Run& run);
void churn(Run& run);

// calls.cc
void usable_size(Run& run);
void aligned_pairs(Run& run);
void zeroed_pairs(Run& run);
void realloc_in_place(Run& run);

// growth.cc
void realloc_small(Run& run);
void realloc_large(Run& run);
void calloc_small(Run& run);
void calloc_large(Run& run);
void large_touched(Run& run);
void large_sparse(Run& run);

// large.cc
void large_pairs(Run& run);
void large_written(Run& run);
void large_churn(Run& run);

// structures.cc
void trees(Run& run);
void strings(Run& run);

// fragmentation.cc
void fragmentation(Run& run);

// passing.cc
void one_way(Run& run);
void both_ways(Run& run);

// turnover.cc
void larson(Run& run);
void thread_turnover(Run& run);
void thread_crowds(Run& run);

// sharing.cc
void cache_scratch(Run& run);
void cache_thrash(Run& run);

}  // namespace Atoll::bench
