// Blocks that one thread allocates and another frees.

#include <sched.h>

#include <array>
#include <atomic>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace Atoll::bench {
namespace {

constexpr std::size_t kParcel = 32;
using Parcel = std::array<Block, kParcel>;

// A ring of parcels of blocks from one thread to one other. Parcels, so that what is measured is
// the allocator and not the ring.
class Ring {
 public:
  // A thread that has to wait yields the processor.
  Parcel& begin_put() {
    while (put_ - taken_.load(std::memory_order_acquire) == parcels_.size()) sched_yield();
    return parcels_[put_ % parcels_.size()];
  }
  void end_put() { visible_.store(++put_, std::memory_order_release); }

  bool is_empty() const { return taken_here_ == visible_.load(std::memory_order_acquire); }
  Parcel& begin_take() {
    while (is_empty()) sched_yield();
    return parcels_[taken_here_ % parcels_.size()];
  }
  void end_take() { taken_.store(++taken_here_, std::memory_order_release); }

 private:
  // Each of the two sides writes to lines of its own.
  alignas(128) std::atomic<std::uint64_t> visible_{0};
  std::uint64_t put_ = 0;
  alignas(128) std::atomic<std::uint64_t> taken_{0};
  std::uint64_t taken_here_ = 0;
  alignas(128) std::array<Parcel, 64> parcels_;
};

void put(Ring& ring, Random& random) {
  for (Block& block : ring.begin_put()) block = allocate(random.size(16, 6));
  ring.end_put();
}

void take(Ring& ring) {
  for (const Block& block : ring.begin_take()) release(block);
  ring.end_take();
}

std::int64_t parcels(const Run& run) {
  return run.count() / static_cast<std::int64_t>(kParcel) + 1;
}

}  // namespace

void one_way(Run& run) {
  static Ring ring;
  run.on_lanes([&run](Lane& lane) {
    const std::int64_t count = parcels(run);
    lane.begin();
    for (std::int64_t i = 0; i < count; ++i) {
      if (lane.number() == 0) {
        put(ring, lane.random());
      } else {
        take(ring);
      }
    }
    lane.end();
  });
}

void both_ways(Run& run) {
  static std::array<Ring, 2> rings;
  run.on_lanes([&run](Lane& lane) {
    const auto self = static_cast<std::size_t>(lane.number());
    Ring& out = rings[self];
    Ring& in = rings[1 - self];
    const std::int64_t count = parcels(run);
    lane.begin();
    std::int64_t taken = 0;
    for (std::int64_t i = 0; i < count; ++i) {
      put(out, lane.random());
      // Takes all parcels in the ring, so that the threads do not wait for each other with full
      // rings.
      for (; taken < count && !in.is_empty(); ++taken) take(in);
    }
    for (; taken < count; ++taken) take(in);
    lane.end();
  });
}

}  // namespace Atoll::bench
