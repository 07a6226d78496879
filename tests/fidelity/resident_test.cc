// The cost of a heap with one small object, in memory, not in address space.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string_view>

#include "os/os.h"
#include "src/heap/heap.h"

namespace Atoll::test {
namespace {

constexpr std::uint64_t kKiB = 1024;

// In KiB; 0 if the kernel does not tell. Allocates nothing itself.
std::uint64_t resident_kib() {
  const int file = ::open("/proc/self/smaps_rollup", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 4096> buffer{};
  const ssize_t size = ::read(file, buffer.data(), buffer.size());
  ::close(file);
  const std::string_view text(buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  const std::size_t line = text.find("\nRss:");
  const std::size_t digit = text.find_first_of("0123456789", line);
  if (line == std::string_view::npos || digit == std::string_view::npos) return 0;
  std::uint64_t result = 0;
  std::from_chars(text.data() + digit, text.data() + text.size(), result);
  return result;
}

// The first heap makes the code and the data around it resident; the second one is measured.
TEST(Resident, AHeapWithOneSmallObjectTakesLessThanHalfAMegabyte) {
  // A huge page would hide how little of it is touched.
  ASSERT_EQ(::prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
  static Heap first;
  static Heap second;
  const std::array<Heap*, 2> heaps = {&first, &second};
  std::uint64_t grown = 0;
  for (Heap* const heap : heaps) {
    const std::uint64_t before = resident_kib();
    if (before == 0) GTEST_SKIP() << "the kernel does not tell";
    const Line why = heap->init(os::native());
    void* const object = heap->allocate(100);
    grown = resident_kib() - before;
    ASSERT_EQ(why.view(), "");
    ASSERT_NE(object, nullptr);
  }
  std::printf("A heap with one small object: %llu KiB resident\n",
              static_cast<unsigned long long>(grown));
  EXPECT_GT(grown, 0U);
  EXPECT_LE(grown * kKiB, 512 * kKiB);
  second.destroy();
  first.destroy();
}

}  // namespace
}  // namespace Atoll::test
