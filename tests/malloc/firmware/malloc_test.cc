// What firmware_malloc.h promises. Everything here lives in the heap that is tested: GoogleTest's
// stand-in, too.
#include <errno.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "src/malloc/firmware/firmware_malloc.h"
#include "tests/malloc/firmware/locks.h"

// Not all headers declare these.
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size);
extern "C" void* memalign(std::size_t alignment, std::size_t size);
extern "C" int posix_memalign(void** result, std::size_t alignment, std::size_t size);
extern "C" void* valloc(std::size_t size);
extern "C" void malloc_stats();
extern "C" char* strdup(const char* text);

namespace Atoll::test {
namespace {

constexpr std::size_t kMostSize = SIZE_MAX;

bool is_block(const void* p) { return atoll_fixed_owns(atoll_malloc_heap(), p) != 0; }

bool is_multiple(const void* p, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(p) % alignment == 0;
}

atoll_fixed_statistics statistics() {
  atoll_fixed_statistics result;
  atoll_fixed_get_statistics(atoll_malloc_heap(), &result);
  return result;
}

// The compiler knows malloc(), and would leave out what only tests it.
void* keep(void* p) {
  __asm__ volatile("" : "+r"(p) : : "memory");
  return p;
}

class FirmwareMalloc : public testing::Test {
 protected:
  ~FirmwareMalloc() override {
    const char* const wrong = atoll_fixed_check(atoll_malloc_heap());
    EXPECT_EQ(wrong == nullptr ? "" : std::string(wrong), "");
  }
};

TEST_F(FirmwareMalloc, ServesTheProgramTheLibraryAndTheLanguage) {
  void* const block = keep(malloc(100));
  EXPECT_TRUE(is_block(block));
  EXPECT_TRUE(is_multiple(block, 8));
  free(block);
  EXPECT_FALSE(is_block(block));

  char* const copy = strdup("a text of the library's");
  EXPECT_TRUE(is_block(copy));
  EXPECT_STREQ(copy, "a text of the library's");
  free(copy);

  const auto object = std::make_unique<std::uint64_t[]>(10);
  EXPECT_TRUE(is_block(object.get()));
  const std::vector<int> numbers(1000, 7);
  EXPECT_TRUE(is_block(numbers.data()));
}

TEST_F(FirmwareMalloc, HasABlockForNothing) {
  for (void* const block : {keep(malloc(0)), keep(calloc(0, 8)), keep(calloc(8, 0)),
                            keep(realloc(nullptr, 0)), keep(memalign(16, 0))}) {
    EXPECT_TRUE(is_block(block));
    free(block);
  }
  free(nullptr);
  EXPECT_EQ(malloc_usable_size(nullptr), 0U);
}

TEST_F(FirmwareMalloc, ClearsWhatItShouldClear) {
  void* const dirty = keep(malloc(200));
  memset(dirty, 0xff, 200);
  free(dirty);
  auto* const bytes = static_cast<unsigned char*>(keep(calloc(25, 8)));
  for (int k = 0; k < 200; ++k) EXPECT_EQ(bytes[k], 0);
  free(bytes);
}

TEST_F(FirmwareMalloc, SaysEnomem) {
  const auto fails = [](auto allocate) {
    errno = 0;
    return keep(allocate()) == nullptr && errno == ENOMEM;
  };
  void* const block = malloc(40);
  strcpy(static_cast<char*>(block), "contents");
  volatile std::size_t most = kMostSize;  // which compilers would warn of
  EXPECT_TRUE(fails([&] { return malloc(most); }));
  EXPECT_TRUE(fails([&] { return malloc(most - 8); }));
  EXPECT_TRUE(fails([&] { return calloc(most / 2, 3); }));
  EXPECT_TRUE(fails([&] { return calloc(most, most); }));
  EXPECT_TRUE(fails([&] { return realloc(block, most); }));
  EXPECT_TRUE(fails([&] { return memalign(64, most); }));
  EXPECT_STREQ(static_cast<char*>(block), "contents");
  EXPECT_TRUE(is_block(block));
  free(block);
}

TEST_F(FirmwareMalloc, MovesAndResizes) {
  char* text = static_cast<char*>(keep(realloc(nullptr, 24)));
  strcpy(text, "contents");
  for (const std::size_t size : {30U, 5000U, 16U, 60'000U, 9U}) {
    text = static_cast<char*>(keep(realloc(text, size)));
    EXPECT_STREQ(text, "contents");
    EXPECT_GE(malloc_usable_size(text), size);
  }
  void* const rest = keep(realloc(text, 0));
  EXPECT_EQ(rest != nullptr, kReallocToNothingIsABlock);
  EXPECT_EQ(is_block(text), kReallocToNothingIsABlock);
  free(rest);
}

TEST_F(FirmwareMalloc, Aligns) {
  for (std::size_t alignment = 1; alignment <= 4096; alignment *= 2) {
    void* const a = keep(memalign(alignment, 100));
    void* const b = keep(aligned_alloc(alignment, alignment));
    EXPECT_TRUE(is_multiple(a, alignment) && is_multiple(b, alignment)) << alignment;
    EXPECT_TRUE(is_block(a) && is_block(b));
    free(a);
    free(b);
  }
  void* c = nullptr;
  EXPECT_EQ(posix_memalign(&c, 512, 100), 0);
  EXPECT_TRUE(is_block(c) && is_multiple(c, 512));
  free(c);
  EXPECT_EQ(posix_memalign(&c, 48, 100), EINVAL);
  EXPECT_EQ(posix_memalign(&c, 64, kMostSize), ENOMEM);
  void* const page = keep(valloc(100));
  EXPECT_TRUE(is_block(page));
  free(page);
  struct alignas(64) Line {
    char bytes[64];
  };
  const auto line = std::make_unique<Line>();
  EXPECT_TRUE(is_multiple(line.get(), 64));
  EXPECT_TRUE(is_block(line.get()));
  for (const std::size_t alignment : {std::size_t{0}, std::size_t{3}, kMostSize}) {
    errno = 0;
    EXPECT_EQ(keep(memalign(alignment, 100)), nullptr);
    EXPECT_EQ(errno, EINVAL);
  }
}

TEST_F(FirmwareMalloc, TellsWhatTheHeapTells) {
  void* const block = malloc(1001);
  EXPECT_EQ(malloc_usable_size(block), 1008U);
  const struct mallinfo told = mallinfo();
  const atoll_fixed_statistics known = statistics();
  EXPECT_EQ(told.arena, known.sys);
  EXPECT_EQ(told.uordblks, known.alloc);
  EXPECT_EQ(told.fordblks, known.heap_idle);
  EXPECT_EQ(told.usmblks, known.peak_alloc);
  EXPECT_EQ(told.keepcost, known.largest_free);
  free(block);
  EXPECT_EQ(mallinfo().uordblks, told.uordblks - 1008);
  malloc_stats();
}

TEST_F(FirmwareMalloc, IsFullAndThenEmptyAgain) {
  const std::size_t before = statistics().alloc;
  struct Block {
    Block* next;
    char rest[60'000];
  };
  Block* last = nullptr;
  std::size_t count = 0;
  errno = 0;
  while (auto* const block = static_cast<Block*>(malloc(sizeof(Block)))) {
    block->next = last;
    last = block;
    ++count;
  }
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_LT(statistics().largest_free, sizeof(Block));
  EXPECT_GT(count, 100U);
  while (last != nullptr) {
    Block* const next = last->next;
    free(last);
    last = next;
  }
  EXPECT_EQ(statistics().alloc, before);
}

TEST_F(FirmwareMalloc, TellsOfMisuse) {
  std::size_t told = 0;
  atoll_fixed_on_misuse(
      atoll_malloc_heap(),
      [](void* context, const void*) { ++*static_cast<std::size_t*>(context); }, &told);
  auto* const block = static_cast<char*>(keep(malloc(100)));
  free(keep(block + 8));
  free(block);
  free(keep(block));
  EXPECT_EQ(told, 2U);
  EXPECT_STREQ(atoll_fixed_misuse_of(atoll_malloc_heap(), block), "double free");
  atoll_fixed_on_misuse(atoll_malloc_heap(), nullptr, nullptr);
}

TEST_F(FirmwareMalloc, TakesTheLibrarysLock) {
  const auto takes = [](auto call) {
    const unsigned before = locks_taken();
    call();
    return locks_taken() > before && locks_held() == 0;
  };
  void* block = nullptr;
  EXPECT_TRUE(takes([&] { block = malloc(100); }));
  EXPECT_TRUE(takes([&] { block = realloc(block, 200); }));
  EXPECT_TRUE(takes([&] { (void)mallinfo(); }));
  EXPECT_TRUE(takes([&] { (void)malloc_usable_size(block); }));
  EXPECT_TRUE(takes([&] { free(block); }));
  EXPECT_TRUE(takes([&] { free(calloc(3, 4)); }));
  EXPECT_TRUE(takes([&] { free(memalign(64, 4)); }));
}

}  // namespace
}  // namespace Atoll::test
