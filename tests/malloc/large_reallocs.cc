#include "tests/malloc/large_reallocs.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <thread>
#include <vector>

#include "tests/heap/request_source.h"
#include "tests/malloc/preload/check.h"

namespace Atoll::test {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kSmallest = 16 * kKiB;
constexpr unsigned kBlocks = 24;
constexpr unsigned kDoublings = 10;  // up to 16 MiB

// Of the marks that a block holds.
constexpr std::size_t kStride = kKiB;

// Advice is given to pieces, so that a heap of hundreds of MiB stays far below the number of
// mappings that a process may have.
constexpr std::size_t kPiece = 64 * kKiB;

std::atomic<std::uint64_t> reallocs;
std::atomic<std::uint64_t> refused;

// A block that is marked in each KiB and at its end. A mark tells its place and the block.
class Block {
 public:
  explicit Block(const ReallocFamily& family) : family_(family) {}
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() { release(); }

  void begin(std::uint64_t seed) {
    CHECK(data_ == nullptr);
    seed_ = seed;
  }

  // Whether there was memory; if not, all is as it was.
  bool resize(std::size_t size) {
    errno = 0;
    auto* const data = static_cast<char*>(family_.realloc(data_, size));
    if (data == nullptr) {
      CHECK(errno == ENOMEM);
      check(size_);
      return false;
    }
    data_ = data;
    const std::size_t kept = size < size_ ? size : size_;
    check(kept);
    size_ = size;
    for (std::size_t at = kept / kStride * kStride; at < size; at += kStride) mark(at);
    mark(size - sizeof(std::uint64_t));
    return true;
  }

  void release() {
    if (data_ == nullptr) return;
    check(size_);
    family_.free(data_);
    data_ = nullptr;
    size_ = 0;
  }

  // None of it changes what the block holds.
  void advise(Random& random) {
    if (size_ < 3 * kPiece) return;
    constexpr std::array kAdvice = {MADV_DONTDUMP, MADV_DODUMP, MADV_DONTFORK, MADV_DOFORK};
    const auto begin = (reinterpret_cast<std::uintptr_t>(data_) + kPiece - 1) / kPiece * kPiece;
    const auto end = (reinterpret_cast<std::uintptr_t>(data_) + size_) / kPiece * kPiece;
    const std::size_t pieces = (end - begin) / kPiece;
    const std::size_t first = random.below(pieces);
    const std::size_t count = 1 + random.below(pieces - first);
    auto* const place = reinterpret_cast<void*>(begin + first * kPiece);
    CHECK(madvise(place, count * kPiece, kAdvice[random.below(kAdvice.size())]) == 0);
  }

 private:
  std::uint64_t mark_of(std::size_t at) const { return seed_ + at; }
  void mark(std::size_t at) {
    const std::uint64_t value = mark_of(at);
    std::memcpy(data_ + at, &value, sizeof value);
  }
  void check_at(std::size_t at) const {
    std::uint64_t value = 0;
    std::memcpy(&value, data_ + at, sizeof value);
    CHECK(value == mark_of(at));
  }
  void check(std::size_t kept) const {
    for (std::size_t at = 0; at + kStride <= kept; at += kStride) check_at(at);
    if (kept == size_ && kept > 0) check_at(kept - sizeof(std::uint64_t));
  }

  const ReallocFamily& family_;
  char* data_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t seed_ = 0;
};

// In bytes; without a malloc() on the way.
std::size_t address_space() {
  std::array<char, 128> text{};
  const int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  CHECK(file >= 0 && read(file, text.data(), text.size() - 1) > 0);
  CHECK(close(file) == 0);
  return std::strtoull(text.data(), nullptr, 10) * static_cast<std::size_t>(getpagesize());
}

void limit_address_space(rlim_t bytes) {
  rlimit limit{};
  CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
  limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
  CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
}

// Less than there is, a little more, or no limit.
void change_limit(Random& random) {
  switch (random.below(3)) {
    case 0:
      limit_address_space(address_space() / 2);
      break;
    case 1:
      limit_address_space(address_space() + random.below(4 * kKiB * kKiB));
      break;
    default:
      limit_address_space(RLIM_INFINITY);
  }
}

// Half as many blocks in each doubling as in the one before: each has the same part of the work.
std::size_t random_size(Random& random) {
  unsigned doublings = 0;
  while (doublings + 1 < kDoublings && random.one_in(2)) ++doublings;
  const std::size_t smallest = kSmallest << doublings;
  return (smallest + random.below(smallest + 1)) / sizeof(std::uint64_t) * sizeof(std::uint64_t);
}

// One thread's part.
class Player {
 public:
  // Allocates what play() needs, because another thread may have set a limit by then.
  explicit Player(const ReallocFamily& family) {
    for (unsigned i = 0; i < kBlocks; ++i) blocks_.emplace_back(family);
  }

  void play(std::uint64_t seed, std::uint64_t count) {
    Random random(seed);
    std::uint64_t next_seed = seed << 48;
    for (std::uint64_t i = 0; i < count; ++i) {
      Block& block = blocks_[random.below(blocks_.size())];
      if (random.one_in(16)) {
        block.release();
        block.begin(next_seed += std::uint64_t{1} << 28);
      }
      if (!block.resize(random_size(random))) ++refused;
      if (random.one_in(8)) block.advise(random);
      if (random.one_in(64)) change_limit(random);
    }
    reallocs += count;
  }

 private:
  std::deque<Block> blocks_;
};

}  // namespace

void grow_two_in_turn(const ReallocFamily& family) {
  Block a(family);
  Block b(family);
  a.begin(1);
  b.begin(std::uint64_t{1} << 40);
  CHECK(a.resize(160 * kKiB) && b.resize(160 * kKiB));
  CHECK(a.resize(256 * kKiB) && b.resize(256 * kKiB));
  CHECK(a.resize(352 * kKiB));
}

void reallocate_at_random(const ReallocFamily& family, std::uint64_t seed, std::uint64_t count,
                          unsigned threads) {
  std::deque<Player> players;
  for (unsigned i = 0; i < threads; ++i) players.emplace_back(family);
  if (threads == 1) {
    players.front().play(seed, count);
  } else {
    // Started before one of them sets a limit.
    std::atomic<bool> is_begun{false};
    std::vector<std::thread> running;
    for (unsigned i = 0; i < threads; ++i) {
      running.emplace_back([&is_begun, &player = players[i], seed, count, threads, i] {
        while (!is_begun) std::this_thread::yield();
        player.play(seed + i, count / threads);
      });
    }
    is_begun = true;
    for (std::thread& thread : running) thread.join();
  }
  limit_address_space(RLIM_INFINITY);
  std::printf("%llu reallocs, %llu of them refused\n",
              static_cast<unsigned long long>(reallocs.load()),
              static_cast<unsigned long long>(refused.load()));
}

}  // namespace Atoll::test
