// Untrusted programs of Plan 9: the loader refuses each with one line, or plans it within its
// own bounds and those of the address space.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <vector>

#include "hosts/plan9/aout.h"

namespace Atoll::hosts::plan9 {
namespace {

struct Case {
  const char* name;
  const Machine& machine;
};

void PrintTo(const Case& value, std::ostream* out) { *out << value.name; }

class AoutLoader : public ::testing::TestWithParam<Case> {
 protected:
  const Machine& machine = GetParam().machine;

  static void put(std::vector<std::byte>& file, std::size_t offset, std::uint64_t value,
                  std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      file[offset + i] = static_cast<std::byte>(value >> (size - 1 - i) * 8);
    }
  }

  // A program with 24 bytes of text, 8 of data and 5000 that are zero.
  std::vector<std::byte> valid() const {
    const std::uint64_t entry = machine.text_base.value() + machine.header_size + 4;
    std::vector<std::byte> file(machine.header_size + 32);
    for (std::size_t i = 0; i < file.size(); ++i) file[i] = static_cast<std::byte>(i);
    const std::array<std::uint64_t, 8> fields = {machine.magic, 24, 8, 5000, 0, entry, 0, 0};
    for (std::size_t i = 0; i < fields.size(); ++i) put(file, i * 4, fields[i], 4);
    if (machine.header_size == 40) put(file, 32, entry, 8);
    return file;
  }

  std::optional<Plan> read(const std::vector<std::byte>& file) {
    reason.clear();
    return read_aout(Bytes(file), machine, &reason);
  }

  // Either a plan that is safe to carry out, or one line.
  void expect_sound(const std::vector<std::byte>& file) {
    const auto plan = read(file);
    if (!plan) {
      EXPECT_FALSE(reason.empty());
      EXPECT_EQ(reason.find('\n'), std::string::npos);
      return;
    }
    const Address stack = machine.stack().base;
    EXPECT_EQ(plan->text.base, machine.text_base);
    EXPECT_TRUE(plan->text.base.is_aligned(kPageSize));
    EXPECT_TRUE(plan->data.base.is_aligned(machine.data_alignment));
    EXPECT_LE(plan->text.end(), plan->data.base);
    EXPECT_LE(plan->data.end(), stack);
    EXPECT_LE(plan->data.base, plan->break_base);
    EXPECT_LE(plan->break_base, plan->data.end());
    EXPECT_TRUE(plan->break_base.is_aligned(kPageSize));
    EXPECT_LE(plan->text_bytes.size(), plan->text.size);
    EXPECT_LE(plan->data_bytes.size(), plan->data.size);
    EXPECT_TRUE(plan->text.contains(plan->entry));
    EXPECT_GE(plan->text_bytes.data(), file.data());
    EXPECT_LE(plan->data_bytes.data() + plan->data_bytes.size(), file.data() + file.size());
  }

  std::string reason;
};

TEST_P(AoutLoader, PutsTextDataAndZeroesWhereTheKernelDoes) {
  const std::vector<std::byte> file = valid();
  const auto plan = read(file);
  ASSERT_TRUE(plan) << reason;
  const Address data = (machine.text_base + kPageSize).aligned_up(machine.data_alignment);
  EXPECT_EQ(plan->text, (Range{machine.text_base, kPageSize}));
  EXPECT_EQ(plan->data, (Range{data, 2 * kPageSize}));
  EXPECT_EQ(plan->break_base, data + kPageSize);
  EXPECT_EQ(plan->text_bytes.data(), file.data()) << "the header is part of the text";
  EXPECT_EQ(plan->text_bytes.size(), machine.header_size + 24);
  EXPECT_EQ(plan->data_bytes.data(), file.data() + machine.header_size + 24);
  EXPECT_EQ(plan->data_bytes.size(), 8u);
  EXPECT_EQ(plan->entry, machine.text_base + machine.header_size + 4);
  expect_sound(file);
}

TEST_P(AoutLoader, RefusesEveryTruncation) {
  const std::vector<std::byte> file = valid();
  for (std::size_t size = 0; size < file.size(); ++size) {
    const std::vector<std::byte> cut(file.begin(),
                                     file.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(read(cut)) << size;
    expect_sound(cut);
  }
}

TEST_P(AoutLoader, RefusesProgramsOfOtherProcessors) {
  for (const Machine* other : {&kAmd64, &k386, &kArm}) {
    std::vector<std::byte> file = valid();
    put(file, 0, other->magic, 4);
    EXPECT_EQ(read(file).has_value(), other->magic == machine.magic);
  }
}

TEST_P(AoutLoader, RefusesAnEntryOutsideOfTheText) {
  const std::uint64_t first = machine.text_base.value() + machine.header_size;
  for (const auto& [entry, is_good] :
       {std::pair{first, true}, std::pair{first - 1, false}, std::pair{first + 23, true},
        std::pair{first + 24, false}, std::pair{std::uint64_t{0}, false}}) {
    std::vector<std::byte> file = valid();
    put(file, 20, entry, 4);
    if (machine.header_size == 40) put(file, 32, entry, 8);
    EXPECT_EQ(read(file).has_value(), is_good) << entry;
  }
}

TEST_P(AoutLoader, RefusesZeroesThatReachTheStack) {
  const Address data = (machine.text_base + kPageSize).aligned_up(machine.data_alignment);
  const std::uint64_t room = machine.stack().base - data - 8;
  if (room > UINT32_MAX) {
    std::vector<std::byte> file = valid();
    put(file, 12, UINT32_MAX, 4);
    EXPECT_TRUE(read(file)) << reason;
    return;
  }
  std::vector<std::byte> file = valid();
  put(file, 12, room, 4);
  EXPECT_TRUE(read(file)) << reason;
  put(file, 12, room + 1, 4);
  EXPECT_FALSE(read(file));
}

TEST_P(AoutLoader, IsSoundWhateverTheHeaderSays) {
  constexpr std::array<std::uint64_t, 12> kEdges = {
      0,           1,           0x7fff'ffff, 0x8000'0000, 0xffff'ffff, 0xffff'f000,
      0xffff'f001, 0x0fff'ffff, 24,          25,          32,          4096};
  for (std::size_t first = 0; first < 8; ++first) {
    for (std::size_t second = 0; second < 8; ++second) {
      for (const std::uint64_t a : kEdges) {
        for (const std::uint64_t b : kEdges) {
          std::vector<std::byte> file = valid();
          put(file, first * 4, a, 4);
          put(file, second * 4, b, 4);
          expect_sound(file);
        }
      }
    }
  }
}

TEST_P(AoutLoader, IsSoundAfterRandomChanges) {
  std::minstd_rand random(1);
  const auto below = [&](std::size_t limit) { return random() % limit; };
  for (int i = 0; i < 20'000; ++i) {
    std::vector<std::byte> file = valid();
    for (std::size_t changes = 1 + below(4); changes != 0; --changes) {
      file[below(file.size())] = static_cast<std::byte>(random());
    }
    if (below(8) == 0) file.resize(below(file.size() + 1));
    expect_sound(file);
  }
}

INSTANTIATE_TEST_SUITE_P(Processors, AoutLoader,
                         ::testing::Values(Case{"amd64", kAmd64}, Case{"i386", k386},
                                           Case{"arm", kArm}),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace Atoll::hosts::plan9
