#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {

double now_in_seconds() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

Lane::Lane(Run& run, int number)
    : run_(run), number_(number), random_(static_cast<std::uint64_t>(number) + 1) {}

void Lane::begin() {
  --run_.waiting_;
  while (run_.waiting_ > 0) sched_yield();
  started_ = now_in_seconds();
}

void Lane::end() { ended_ = now_in_seconds(); }

void Lane::suspend() { suspended_ = now_in_seconds(); }

// As if it had begun later.
void Lane::resume() { started_ += now_in_seconds() - suspended_; }

std::int64_t Run::scaled(std::int64_t number) const {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(number) * scale_));
}

void Run::on_lanes(const std::function<void(Lane&)>& work) {
  std::vector<Lane> lanes;
  for (int i = 0; i < threads(); ++i) lanes.emplace_back(*this, i);
  waiting_ = threads();
  if (threads() == 1) {
    work(lanes[0]);
  } else {
    std::vector<std::thread> running;
    for (Lane& lane : lanes) running.emplace_back([&lane, &work] { work(lane); });
    for (std::thread& thread : running) thread.join();
  }
  double started = lanes[0].started();
  double ended = lanes[0].ended();
  for (const Lane& lane : lanes) {
    started = std::min(started, lane.started());
    ended = std::max(ended, lane.ended());
  }
  set_seconds(ended - started);
}

std::uint64_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  unsigned long long pages = 0;
  if (file == nullptr || std::fscanf(file, "%*s %llu", &pages) != 1) fail("no /proc/self/statm");
  std::fclose(file);
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

void report(const char* name, std::uint64_t value) {
  std::printf("%s %llu\n", name, static_cast<unsigned long long>(value));
}

void fail(const char* what) {
  std::fprintf(stderr, "workloads: %s\n", what);
  std::_Exit(1);
}

}  // namespace Atoll::bench
