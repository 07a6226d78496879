// count_resident() with the answers of a made-up mincore().
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "os/backend/mmap_os.h"

namespace Atoll::os::test {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr Address kBase(0x1000'0000);

// The answers of mincore() for the pages from kBase on, and the ranges that it was asked about.
struct Script {
  std::vector<unsigned char> answers;
  std::vector<Range> asked;
  std::size_t failing_call = 0;  // counted from 1
  std::uint64_t page_size = kPage;
};
Script script;

void begin(std::vector<unsigned char> answers) {
  script = Script();
  script.answers = std::move(answers);
}

bool answer(void* base, std::size_t size, unsigned char* pages) {
  const Range range{Address::of(base), size};
  script.asked.push_back(range);
  if (script.asked.size() == script.failing_call) return false;
  const auto first = static_cast<std::size_t>((range.base - kBase) / script.page_size);
  for (std::size_t i = 0; i < size / script.page_size; ++i) pages[i] = script.answers[first + i];
  return true;
}

std::optional<std::uint64_t> count(std::size_t first, std::size_t pages) {
  return count_resident({kBase + first * kPage, pages * kPage}, kPage, answer);
}

TEST(CountResident, TheLowestBitTells) {
  begin({1, 0, 0x21, 0x80, 0x7f, 0xfe, 3, 0});
  EXPECT_EQ(count(0, 8), 4 * kPage);
  EXPECT_EQ(count(1, 1), 0u);
  EXPECT_EQ(count(2, 1), kPage);
  EXPECT_EQ(count(3, 3), kPage);
}

TEST(CountResident, LargeRangesAreAskedAboutPieceByPieceAndInOrder) {
  constexpr std::size_t kPages = 5000;
  begin(std::vector<unsigned char>(kPages, 0));
  std::uint64_t expected = 0;
  for (std::size_t i = 0; i < kPages; i += 7) {
    script.answers[i] = 1;
    expected += kPage;
  }
  EXPECT_EQ(count(0, kPages), expected);
  Address next = kBase;
  for (const Range& piece : script.asked) {
    EXPECT_EQ(piece.base, next);
    next = piece.end();
  }
  EXPECT_EQ(next, kBase + kPages * kPage) << "all of it, and nothing else";
  EXPECT_LT(script.asked.size(), 10u);
}

TEST(CountResident, OneRefusalMakesAllUnknown) {
  constexpr std::size_t kPages = 3000;
  for (std::size_t call = 1; call <= 3; ++call) {
    begin(std::vector<unsigned char>(kPages, 1));
    script.failing_call = call;
    EXPECT_EQ(count(0, kPages), std::nullopt);
  }
}

// The kernel beneath an emulator may have larger pages than the program knows, and answers for
// those.
TEST(CountResident, FewerAnswersThanPagesMakeAllUnknown) {
  begin(std::vector<unsigned char>(64, 1));
  script.page_size = 4 * kPage;
  EXPECT_EQ(count(0, 64), std::nullopt);
}

}  // namespace
}  // namespace Atoll::os::test
