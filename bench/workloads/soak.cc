// Keeps an allocator busy for a while, as a server does that runs for weeks; bench/soak watches it.
//   soak SECONDS
// Connections come and go, each a thread of its own that lives for a moment. A connection allocates
// blocks of all sizes, frees most of them itself, and leaves the rest to the thread after it.
// The number of blocks in use has a bound, so the memory of the process must not grow.

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "bench/workloads/block.h"
#include "bench/workloads/workload.h"

namespace {

using Atoll::bench::allocate;
using Atoll::bench::Block;
using Atoll::bench::now_in_seconds;
using Atoll::bench::Random;
using Atoll::bench::release;

// What connections leave to each other.
class Exchange {
 public:
  // Puts a block into a place, and takes the one that was there.
  Block swap(std::size_t place, Block block) {
    const std::lock_guard lock(mutex_);
    std::swap(blocks_[place % blocks_.size()], block);
    return block;
  }

 private:
  std::mutex mutex_;
  std::array<Block, 20'000> blocks_;
};

Exchange exchange;
std::atomic<std::uint64_t> connections{0};

// Most blocks are small; one of a thousand has pages of its own.
std::size_t any_size(Random& random) {
  return random.below(1000) == 0 ? random.size(32 << 10, 5) : random.size(16, 9);
}

void replace(Block& block, Random& random) {
  if (block.data != nullptr) release(block);
  block = allocate(any_size(random));
}

void serve(std::uint64_t seed) {
  Random random(seed);
  std::vector<Block> own(50 + random.below(200));
  const std::uint64_t requests = 500 + random.below(2000);
  for (std::uint64_t i = 0; i < requests; ++i) {
    replace(own[random.below(own.size())], random);
    if (random.below(4) != 0) continue;
    const Block other = exchange.swap(random.next(), allocate(any_size(random)));
    if (other.data != nullptr) release(other);
  }
  for (const Block& block : own) {
    if (block.data != nullptr) release(block);
  }
  ++connections;
}

// Between one and eight connections at a time, one ended and another begun.
void accept(double end, std::uint64_t seed) {
  Random random(seed);
  std::vector<std::thread> serving;
  while (now_in_seconds() < end) {
    const std::uint64_t wanted = 1 + random.below(4);
    while (serving.size() < wanted) serving.emplace_back(serve, random.next());
    serving[random.below(serving.size())].swap(serving.back());
    serving.back().join();
    serving.pop_back();
    while (serving.size() > wanted) {
      serving.back().join();
      serving.pop_back();
    }
  }
  for (std::thread& thread : serving) thread.join();
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc == 2 ? std::strtod(argv[1], nullptr) : 0;
  if (!(seconds > 0)) {
    std::fputs("usage: soak SECONDS\n", stderr);
    return 2;
  }
  const double end = now_in_seconds() + seconds;
  std::thread other(accept, end, 2);
  accept(end, 1);
  other.join();
  std::printf("connections %llu\n", static_cast<unsigned long long>(connections.load()));
  return 0;
}
