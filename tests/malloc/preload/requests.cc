// The random requests of the heap's own model tests, through the C library's names. With any
// library behind these, blocks keep their contents and never overlap. Threads hand blocks to each
// other.
#include <malloc.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/heap/pattern.h"
#include "tests/heap/request_source.h"
#include "tests/malloc/preload/check.h"

namespace {

using namespace Atoll::test;

constexpr unsigned kThreads = 3;

struct Block {
  std::byte* bytes = nullptr;
  std::size_t size = 0;  // usable, and filled
  std::uint64_t pattern = 0;
};

// Every block of every thread.
class Extents {
 public:
  void insert(const Block& block) {
    const auto begin = reinterpret_cast<std::uintptr_t>(block.bytes);
    const std::scoped_lock lock(mutex_);
    const auto [place, is_new] = ends_.emplace(begin, begin + block.size);
    CHECK(is_new);
    CHECK(place == ends_.begin() || std::prev(place)->second <= begin);
    CHECK(std::next(place) == ends_.end() || place->second <= std::next(place)->first);
  }
  void erase(const Block& block) {
    const std::scoped_lock lock(mutex_);
    CHECK(ends_.erase(reinterpret_cast<std::uintptr_t>(block.bytes)) == 1);
  }

 private:
  std::mutex mutex_;
  std::map<std::uintptr_t, std::uintptr_t> ends_;
};

Extents extents;
std::array<std::atomic<Block*>, 64> exchange;

void check(const Block& block, std::size_t size) {
  CHECK(first_change(block.bytes, size, block.size, block.pattern) == size);
}

class Player {
 public:
  explicit Player(std::uint64_t seed)
      : random_(seed),
        source_(seed, {.stack_one_in = 0, .finalizer_one_in = 0, .cycle_one_in = 0}) {}

  void play(int requests) {
    for (int i = 0; i < requests; ++i) {
      execute(source_.next());
      if (random_.one_in(8)) swap(slot(static_cast<std::uint32_t>(random_.next())));
    }
    for (Block& block : slots_) release(block);
  }

 private:
  Block& slot(std::uint32_t number) { return slots_[number % slots_.size()]; }

  void execute(const Request& request) {
    Block& block = slot(request.slot);
    const std::uint64_t before = block.pattern;
    const auto size = static_cast<std::size_t>(request.size);
    switch (request.kind) {
      case RequestKind::kAllocate:
        release(block);
        adopt(block, std::malloc(size), size);
        break;
      case RequestKind::kAllocateZeroed:
        release(block);
        adopt(block, std::calloc(size, 1), size);
        CHECK(first_not_zero(block.bytes, size) == size);
        break;
      case RequestKind::kAllocateAligned: {
        release(block);
        void* p = nullptr;
        const auto alignment =
            std::max(sizeof(void*), static_cast<std::size_t>(request.alignment()));
        CHECK(posix_memalign(&p, alignment, size) == 0);
        CHECK(reinterpret_cast<std::uintptr_t>(p) % alignment == 0);
        adopt(block, p, size);
        break;
      }
      case RequestKind::kReallocate:
        reallocate(block, size);
        break;
      case RequestKind::kFree:
        release(block);
        break;
      case RequestKind::kScavenge:
        malloc_trim(0);
        break;
      case RequestKind::kFind:
        if (block.bytes != nullptr) check(block, block.size);
        break;
      default:
        break;
    }
    // Only the new part: the old contents must stay as they are.
    if (block.bytes != nullptr && block.pattern != before) {
      fill(block.bytes, block.size, block.pattern);
    }
  }

  // Takes note of a new block, and fills it when its contents have been looked at.
  void adopt(Block& block, void* p, std::size_t size) {
    CHECK(p != nullptr);
    CHECK(malloc_usable_size(p) >= size);
    CHECK(reinterpret_cast<std::uintptr_t>(p) % (size > 8 ? 16 : 8) == 0);
    block = {static_cast<std::byte*>(p), malloc_usable_size(p), random_.next()};
    extents.insert(block);
  }

  void reallocate(Block& block, std::size_t size) {
    if (block.bytes == nullptr) {
      adopt(block, std::realloc(nullptr, size), size);
      return;
    }
    if (size == 0) {
      release(block);
      return;
    }
    const Block old = block;
    check(old, old.size);
    extents.erase(old);
    adopt(block, std::realloc(old.bytes, size), size);
    const std::size_t kept = std::min(size, old.size);
    CHECK(first_change(block.bytes, kept, old.size, old.pattern) == kept);
  }

  static void release(Block& block) {
    if (block.bytes != nullptr) {
      check(block, block.size);
      extents.erase(block);
    }
    std::free(block.bytes);
    block = {};
  }

  // Another thread's block for this one.
  void swap(Block& block) {
    auto* const mine = new Block(block);
    const Block* const theirs = exchange[random_.below(exchange.size())].exchange(mine);
    block = theirs != nullptr ? *theirs : Block{};
    delete theirs;
  }

  Random random_;
  RequestSource source_;
  std::vector<Block> slots_ = std::vector<Block>(512);
};

}  // namespace

int main(int count, char** arguments) {
  const std::uint64_t seed = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 1;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([seed, i] {
      // One thread after the other, whose blocks others have still.
      for (unsigned life = 0; life < 4; ++life) {
        std::thread([&] { Player(seed * 100 + i * 10 + life).play(15'000); }).join();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::atomic<Block*>& place : exchange) {
    const Block* const block = place.load();
    if (block != nullptr && block->bytes != nullptr) {
      check(*block, block->size);
      extents.erase(*block);
      std::free(block->bytes);
    }
    delete block;
  }
  return 0;
}
