// A heap in a buffer (os/fixed): what is left of it for objects, and that all of it can be used.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "os/fixed/fixed_os.h"
#include "src/base/geometry.h"
#include "src/heap/heap.h"

namespace Atoll::test {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr auto kPage = static_cast<std::size_t>(port::kPageSize);
// As much as the smallest machine's RAM has room for, beside the rest of a test.
constexpr std::size_t kMostBytes = ATOLL_BUFFER_MIB * kMiB;

alignas(kPage) unsigned char buffer[kMostBytes];

// The build's own port, or the one without a system that has pointers of this width.
port::PortSpec spec_in_buffer(port::Release release) {
  if constexpr (lives_in_buffer(port::native_spec())) return port::native_spec(release);
  constexpr port::Goarch kGoarch = sizeof(void*) == 8 ? port::Goarch::kRiscv64 : port::Goarch::kArm;
  const port::PortSpec spec = port::spec(release, port::Goos::kNone, kGoarch);
  return with_lowest_address(spec, Address::of(buffer).aligned_down(spec.heap_arena_bytes).value());
}

class HeapInBuffer {
 public:
  explicit HeapInBuffer(std::size_t bytes, std::size_t offset = 0,
                        port::Release release = port::kDefaultRelease) {
    // RAM holds anything when a machine starts.
    std::memset(buffer, 0xee, std::min(bytes + offset, kMostBytes));
    EXPECT_EQ(std::string(os_.init(buffer + offset, bytes).view()), "");
    HeapOptions options;
    options.spec = spec_in_buffer(release);
    EXPECT_EQ(std::string(heap_.init(os_, options).view()), "");
  }
  ~HeapInBuffer() {
    EXPECT_EQ(std::string(heap_.check().view()), "");
    heap_.destroy();
    EXPECT_EQ(os_.space().bytes_held(), 0U) << "a heap gives everything back";
  }

  Heap* operator->() { return &heap_; }
  const os::FixedOs& os() const { return os_; }

  // Allocates objects until there is no memory left. Returns their bytes.
  std::uint64_t fill(std::size_t size, std::vector<void*>* objects = nullptr) {
    std::uint64_t bytes = 0;
    for (void* p = heap_.allocate(size); p != nullptr; p = heap_.allocate(size)) {
      EXPECT_GE(p, buffer);
      EXPECT_LE(static_cast<unsigned char*>(p) + size, buffer + kMostBytes);
      bytes += size;
      if (objects != nullptr) objects->push_back(p);
    }
    return bytes;
  }

 private:
  os::FixedOs os_;
  Heap heap_;
};

double percent(std::uint64_t part, std::uint64_t all) {
  return 100.0 * static_cast<double>(part) / static_cast<double>(all);
}

// What a buffer of this many MiB must have left after its first object.
struct Promise {
  std::size_t mib;
  double percent;
};

std::vector<Promise> promises() {
  std::vector<Promise> all;
  for (const Promise promise : {Promise{1, 85}, Promise{4, 92}, Promise{8, 92}, Promise{16, 92}}) {
    if (promise.mib * kMiB <= kMostBytes) all.push_back(promise);
  }
  return all;
}

std::string size_of(const testing::TestParamInfo<Promise>& promise) {
  return std::to_string(promise.param.mib) + "MiB";
}

class Share : public testing::TestWithParam<Promise> {
 protected:
  const std::size_t bytes_ = GetParam().mib * kMiB;
};

INSTANTIATE_TEST_SUITE_P(Buffers, Share, testing::ValuesIn(promises()), size_of);

// In objects of one page, each of which costs the heap the records of a span, and in longer and in
// shorter ones.
TEST_P(Share, IsLeftAfterTheFirstObject) {
  for (const std::size_t size : {kPage, 8 * kPage, std::size_t{64}}) {
    HeapInBuffer heap(bytes_);
    ASSERT_NE(heap->allocate(100), nullptr);
    const std::uint64_t first = heap.os().space().bytes_held();
    const std::uint64_t left = heap.fill(size) + heap.fill(kPage);
    EXPECT_GE(percent(left, bytes_), GetParam().percent) << size;
    std::printf("%3u MiB: %6u bytes for the first object, then %.1f %% in objects of %u bytes\n",
                static_cast<unsigned>(GetParam().mib), static_cast<unsigned>(first),
                percent(left, bytes_), static_cast<unsigned>(size));
  }
}

// The sizes of buffers need not be multiples of anything, nor need their addresses.
TEST_P(Share, IsTheSameAtOddAddresses) {
  for (const std::size_t offset : {std::size_t{1}, kPage / 2 + 3, kPage - 1}) {
    HeapInBuffer heap(bytes_ - kPage, offset);
    ASSERT_NE(heap->allocate(100), nullptr);
    EXPECT_GE(percent(heap.fill(kPage), bytes_ - kPage), GetParam().percent - 1) << offset;
  }
}

TEST_P(Share, IsTheSameForEveryRelease) {
  for (const port::Release release : port::kReleases) {
    HeapInBuffer heap(bytes_, 0, release);
    ASSERT_NE(heap->allocate(100), nullptr);
    EXPECT_GE(percent(heap.fill(kPage), bytes_), GetParam().percent - 1) << name(release);
  }
}

// A full heap can be emptied, and what was in small objects serves larger ones, as often as anybody
// likes.
TEST_P(Share, CanBeHadAgainInObjectsOfOtherSizes) {
  HeapInBuffer heap(bytes_);
  std::uint64_t least = bytes_;
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t size : {std::size_t{16}, kPage, std::size_t{1024}, 5 * kPage}) {
      std::vector<void*> objects;
      objects.reserve(bytes_ / size + 1);
      least = std::min(least, heap.fill(size, &objects));
      EXPECT_EQ(heap->allocate(size), nullptr) << "a full heap stays full";
      for (void* const p : objects) heap->free(p);
      // Else the few objects that the thread's lists keep may lie in the way of long spans.
      (void)heap->trim();
    }
  }
  EXPECT_GE(percent(least, bytes_), GetParam().percent - 5);
}

// A heap has the records of small spans, whoever had the pages first: there is no memory to make
// them later.
TEST_P(Share, OfLongObjectsServesShortOnes) {
  HeapInBuffer heap(bytes_);
  std::vector<void*> objects;
  objects.reserve(bytes_ / kPage);
  const std::uint64_t once = heap.fill(8 * kPage, &objects);
  for (void* const p : objects) heap->free(p);
  (void)heap->trim();
  EXPECT_GE(heap.fill(kPage), once);
}

// A request that cannot be met costs nothing that others could have.
TEST_P(Share, IsNotLostToWhatDoesNotFit) {
  const auto fill = [this](bool asks_for_much) {
    HeapInBuffer heap(bytes_);
    std::size_t bytes = 0;
    do {
      if (!asks_for_much) continue;
      EXPECT_EQ(heap->allocate(bytes_), nullptr);
      EXPECT_EQ(heap->allocate(bytes_ - bytes), nullptr);
    } while (heap->allocate(kPage) != nullptr && (bytes += kPage) != 0);
    return bytes;
  };
  EXPECT_GE(fill(true) + 2 * kPage, fill(false));
}

TEST(HeapInBuffer, GetsTheLongestSpanInOnePiece) {
  HeapInBuffer heap(kMiB);
  void* const p = heap->allocate(kMiB * 17 / 20);
  EXPECT_NE(p, nullptr);
  EXPECT_EQ(heap->allocate(kMiB / 4), nullptr);
  heap->free(p);
  EXPECT_NE(heap->allocate(kMiB / 2), nullptr);
}

TEST(HeapInBuffer, HasObjectsThatAreZeroWhateverWasThere) {
  HeapInBuffer heap(kMiB);
  for (int round = 0; round < 2; ++round) {
    auto* const p = static_cast<unsigned char*>(heap->allocate_zeroed(100'000));
    ASSERT_NE(p, nullptr);
    EXPECT_TRUE(std::all_of(p, p + 100'000, [](unsigned char byte) { return byte == 0; }));
    std::memset(p, 0xee, 100'000);
    heap->free(p);
  }
}

TEST(HeapInBuffer, FailsToBeginWhereThereIsNoRoomForItsRecords) {
  os::FixedOs os;
  ASSERT_EQ(std::string(os.init(buffer, 3 * kPage).view()), "");
  HeapOptions options;
  options.spec = spec_in_buffer(port::kDefaultRelease);
  Heap heap;
  EXPECT_EQ(std::string(heap.init(os, options).view()), "out of memory");
  EXPECT_EQ(os.space().bytes_held(), 0U);
}

TEST(HeapInBuffer, FindsObjectsAndTellsTheOthers) {
  HeapInBuffer heap(kMiB);
  const auto* const p = static_cast<unsigned char*>(heap->allocate(1000));
  EXPECT_TRUE(bool(heap->find_object(p + 999)));
  EXPECT_FALSE(bool(heap->find_object(buffer + kMiB - 1))) << "the heap's own records";
  EXPECT_FALSE(bool(heap->find_object(&heap)));
  EXPECT_FALSE(bool(heap->find_object(nullptr)));
}

}  // namespace
}  // namespace Atoll::test
