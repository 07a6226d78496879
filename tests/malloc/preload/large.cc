// Large blocks that grow and shrink: their contents, what they cost, and how many mappings the
// process has.
#include <sys/prctl.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/malloc/preload/check.h"
#include "tests/malloc/preload/statm.h"

namespace {

constexpr std::size_t kKiB = 1024;

// A block whose every 64 bytes tell where they are.
class Block {
 public:
  explicit Block(std::uint64_t seed) : seed_(seed) {}
  ~Block() { std::free(data_); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  void resize(std::size_t size) {
    auto* const data = static_cast<char*>(std::realloc(data_, size));
    CHECK(data != nullptr);
    data_ = data;
    const std::size_t kept = size < size_ ? size : size_;
    for (std::size_t at = 0; at + sizeof(std::uint64_t) <= kept; at += 64) {
      std::uint64_t mark = 0;
      std::memcpy(&mark, data_ + at, sizeof mark);
      CHECK(mark == seed_ + at);
    }
    size_ = size;
    for (std::size_t at = 0; at + sizeof(std::uint64_t) <= size; at += 64) {
      const std::uint64_t mark = seed_ + at;
      std::memcpy(data_ + at, &mark, sizeof mark);
    }
  }

 private:
  std::uint64_t seed_;
  char* data_ = nullptr;
  std::size_t size_ = 0;
};

// Before Linux 6.17 mremap() refuses to move what lies in several mappings, and by then it has
// unmapped the place where it should go.
void grow_two_in_turn() {
  Block a(1);
  Block b(std::uint64_t{1} << 32);
  a.resize(160 * kKiB);
  b.resize(160 * kKiB);
  a.resize(256 * kKiB);
  b.resize(256 * kKiB);
  a.resize(352 * kKiB);
  a.resize(160 * kKiB);
}

// What a scripting language does with its strings.
void grow_two_strings() {
  Block a(2);
  Block b(std::uint64_t{2} << 32);
  for (std::size_t size = 16 * kKiB; size <= 8 * kKiB * kKiB; size += size / 4 / 64 * 64) {
    a.resize(size);
    b.resize(size);
  }
}

// A block of which little was written stays so when it must move. (Where a system gives huge pages
// to all, little is much.)
void grow_what_is_sparse() {
  CHECK(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0);
  constexpr std::size_t kBytes = 256 * kKiB * kKiB;
  auto* block = static_cast<char*>(std::malloc(kBytes));
  void* const wall = std::malloc(kBytes);
  CHECK(block != nullptr && wall != nullptr);
  for (std::size_t at = 0; at < kBytes; at += 8 * kKiB * kKiB) block[at] = 's';
  const long before = resident_bytes();
  block = static_cast<char*>(std::realloc(block, 2 * kBytes));
  CHECK(block != nullptr);
  for (std::size_t at = 0; at < kBytes; at += 8 * kKiB * kKiB) CHECK(block[at] == 's');
  CHECK(resident_bytes() < before + long{8 * kKiB * kKiB});
  CHECK(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0) == 0);
  std::free(block);
  std::free(wall);
}

// The resident bytes of the process that are no file's, counted page by page: statm may be late by
// 64 pages.
std::size_t anonymous_bytes() {
  std::ifstream rollup("/proc/self/smaps_rollup");
  std::size_t kibibytes = 0;
  for (std::string word; rollup >> word;) {
    if (word == "Anonymous:") rollup >> kibibytes;
  }
  CHECK(kibibytes != 0);
  return kibibytes * kKiB;
}

// A block that is never written to costs next to nothing, whatever its size: less than 300 KB while
// it lives and afterwards. (A machine may not have as much as that.)
void hold_what_is_huge() {
  CHECK(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) == 0);
  constexpr std::size_t kMost = 300'000;
  constexpr std::size_t kLeastBytes = 512 * kKiB * kKiB;
  (void)anonymous_bytes();  // it takes some itself
  const std::size_t before = anonymous_bytes();
  std::size_t size = 16 * kLeastBytes;
  void* huge = std::malloc(size);
  while (huge == nullptr && size > kLeastBytes) huge = std::malloc(size /= 2);
  CHECK(huge != nullptr);
  const std::size_t held = anonymous_bytes();
  std::free(huge);
  const std::size_t after = anonymous_bytes();
  std::printf("%zu bytes cost %zu and leave %zu\n", size, held - before, after - before);
  CHECK(held < before + kMost && after < before + kMost);
  CHECK(prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0) == 0);
}

std::size_t count_mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

// Buffers of all lengths grow and go again and again: each may have a mapping of its own while it
// lives, as it has with the C library, but none may stay behind.
void count_what_stays() {
  const std::size_t before = count_mappings();
  std::uint32_t random = 1;
  for (int round = 0; round < 60; ++round) {
    std::array<Block, 8> blocks{Block(1), Block(2), Block(3), Block(4),
                                Block(5), Block(6), Block(7), Block(8)};
    for (int step = 0; step < 12; ++step) {
      for (Block& block : blocks) {
        random = random * 1664525 + 1013904223;
        block.resize((64 + (random >> 16) % 2048) * kKiB);
      }
    }
  }
  const std::size_t after = count_mappings();
  if (after > before + 48) std::fprintf(stderr, "%zu mappings, before %zu\n", after, before);
  CHECK(after <= before + 48);
}

}  // namespace

int main() {
  hold_what_is_huge();  // first: in memory that was never written to
  grow_what_is_sparse();
  grow_two_in_turn();
  grow_two_strings();
  count_what_stays();
  std::printf("atoll: done\n");
  return 0;
}
