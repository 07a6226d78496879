// For any contents of a file, reading it ends in a plan within the bounds or in an error.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "hosts/bsd/elf.h"

namespace Atoll::hosts::bsd {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr Range kSpace{Address(kPage), (std::uint64_t{1} << 47) - 2 * kPage};

constexpr std::size_t kHeaders = 64;  // where the program headers are
constexpr std::size_t kHeader = 56;
constexpr std::size_t kNotes = 256;
constexpr std::size_t kText = 0x1000;
constexpr std::size_t kData = 0x2000;
constexpr std::uint64_t kTextAddress = 0x20'1000;
constexpr std::uint64_t kDataAddress = 0x20'3000;

// Which program header is which.
constexpr std::size_t kNoteHeader = 0;
constexpr std::size_t kTextHeader = 1;
constexpr std::size_t kDataHeader = 2;

class Image {
 public:
  Image() : bytes_(kData + 0x20) {
    put(0, "\177ELF\2\1\1", 7);
    number<std::uint16_t>(16, 2);   // a program
    number<std::uint16_t>(18, 62);  // amd64
    number<std::uint32_t>(20, 1);
    number<std::uint64_t>(24, kTextAddress + 4);
    number<std::uint64_t>(32, kHeaders);
    number<std::uint16_t>(52, 64);
    number<std::uint16_t>(54, kHeader);
    number<std::uint16_t>(56, 3);
    header(kNoteHeader, 4, 4, kNotes, 0x20'0100, 24, 24);
    header(kTextHeader, 1, 5, kText, kTextAddress, 0x40, 0x40);
    header(kDataHeader, 1, 6, kData, kDataAddress, 0x20, 0x3000);
    note("FreeBSD", 8);
  }

  void note(const char* name, std::uint32_t name_size, std::uint32_t kind = 1) {
    number<std::uint32_t>(kNotes, name_size);
    number<std::uint32_t>(kNotes + 4, 4);
    number<std::uint32_t>(kNotes + 8, kind);
    put(kNotes + 12, name, std::strlen(name) + 1);
  }

  void header(std::size_t i, std::uint32_t kind, std::uint32_t flags, std::uint64_t offset,
              std::uint64_t address, std::uint64_t file_size, std::uint64_t memory_size) {
    const std::size_t at = kHeaders + i * kHeader;
    number(at, kind);
    number(at + 4, flags);
    number(at + 8, offset);
    number(at + 16, address);
    number(at + 32, file_size);
    number(at + 40, memory_size);
  }

  template <class Number>
  void number(std::size_t at, Number value) {
    put(at, &value, sizeof value);
  }

  std::vector<std::byte>& bytes() { return bytes_; }
  Bytes view() const { return Bytes(std::span(bytes_)); }

 private:
  void put(std::size_t at, const void* from, std::size_t size) {
    std::memcpy(bytes_.data() + at, from, size);
  }

  std::vector<std::byte> bytes_;
};

// What parse() promises about a plan.
void expect_within_bounds(const Plan& plan, Bytes file) {
  bool begins_in_text = false;
  Address behind;
  for (const Segment& segment : plan.segments) {
    ASSERT_FALSE(segment.memory.is_empty());
    ASSERT_TRUE(kSpace.contains(segment.memory));
    ASSERT_GE(segment.memory.base.aligned_down(kPage), behind);
    behind = segment.memory.end().aligned_up(kPage);
    ASSERT_LE(segment.contents.size(), segment.memory.size);
    ASSERT_GE(segment.contents.data(), file.data());
    ASSERT_LE(segment.contents.data() + segment.contents.size(), file.data() + file.size());
    begins_in_text =
        begins_in_text || (segment.can_execute && segment.memory.contains(Address(plan.entry)));
  }
  ASSERT_TRUE(begins_in_text);
  ASSERT_TRUE(plan.machine == Machine::kAmd64 || plan.machine == Machine::kArm64);
}

// Parses a copy that ends where memory does, so that a sanitizer sees reads behind it.
void expect_plan_or_reason(std::span<const std::byte> bytes) {
  const std::vector<std::byte> exact(bytes.begin(), bytes.end());
  const Bytes file{std::span(exact)};
  Plan plan;
  const char* const why = parse(file, kSpace, kPage, &plan);
  if (why == nullptr) {
    expect_within_bounds(plan, file);
  } else {
    const std::string reason = why;
    ASSERT_FALSE(reason.empty());
    ASSERT_EQ(reason.find('\n'), std::string::npos);
  }
}

std::string refusal(const std::function<void(Image&)>& change) {
  Image image;
  change(image);
  Plan plan;
  const char* const why = parse(image.view(), kSpace, kPage, &plan);
  return why == nullptr ? "" : why;
}

TEST(ElfLoader, APlanSaysWhatTheFileSays) {
  const Image image;
  Plan plan;
  ASSERT_EQ(parse(image.view(), kSpace, kPage, &plan), nullptr);
  expect_within_bounds(plan, image.view());
  EXPECT_EQ(plan.machine, Machine::kAmd64);
  EXPECT_EQ(plan.brand, Brand::kFreebsd);
  EXPECT_EQ(plan.entry, kTextAddress + 4);
  EXPECT_EQ(plan.num_headers, 3);
  ASSERT_EQ(plan.segments.size(), 2U);
  const Segment& text = plan.segments[0];
  EXPECT_EQ(text.memory, (Range{Address(kTextAddress), 0x40}));
  EXPECT_EQ(text.contents.data(), image.view().data() + kText);
  EXPECT_TRUE(text.can_read && text.can_execute && !text.can_write);
  const Segment& data = plan.segments[1];
  EXPECT_EQ(data.memory, (Range{Address(kDataAddress), 0x3000}));
  EXPECT_EQ(data.contents.size(), 0x20U);
  EXPECT_TRUE(data.can_read && data.can_write && !data.can_execute);
}

TEST(ElfLoader, TheNoteTellsTheSystem) {
  struct Case {
    const char* name;
    std::uint32_t size;
    std::uint32_t kind;
    Brand brand;
  };
  for (const Case& c :
       {Case{"FreeBSD", 8, 1, Brand::kFreebsd}, Case{"NetBSD", 7, 1, Brand::kNetbsd},
        Case{"OpenBSD", 8, 1, Brand::kOpenbsd}, Case{"GNU", 4, 1, Brand::kNone},
        Case{"FreeBSD", 8, 2, Brand::kNone}, Case{"FreeBSD", 5, 1, Brand::kNone},
        Case{"NetBSD", 0xffff'fff0, 1, Brand::kNone}}) {
    Image image;
    image.note(c.name, c.size, c.kind);
    Plan plan;
    ASSERT_EQ(parse(image.view(), kSpace, kPage, &plan), nullptr);
    EXPECT_EQ(plan.brand, c.brand) << c.name << " " << c.size << " " << c.kind;
  }
}

TEST(ElfLoader, OtherFilesAreRefusedWithTheReason) {
  const auto byte = [](std::size_t at, int value) {
    return [=](Image& image) { image.bytes()[at] = static_cast<std::byte>(value); };
  };
  EXPECT_EQ(refusal([](Image&) {}), "");
  EXPECT_EQ(refusal([](Image& image) { image.bytes().clear(); }), "the file is cut short");
  EXPECT_EQ(refusal(byte(0, '#')), "it is no ELF file");
  EXPECT_EQ(refusal(byte(4, 1)), "it is not of 64 bits");
  EXPECT_EQ(refusal(byte(5, 2)), "it is not little-endian");
  EXPECT_EQ(refusal(byte(16, 3)), "it is no program at a fixed address");
  EXPECT_EQ(refusal(byte(18, 8)), "it is for an unknown processor");
  EXPECT_EQ(refusal(byte(57, 1)), "it has too many program headers");
  EXPECT_EQ(refusal(byte(kHeaders, 3)), "it is linked dynamically");
  EXPECT_EQ(refusal([](Image& image) {
              image.header(kDataHeader, 1, 6, kData, kDataAddress, 0x21, 0x3000);
            }),
            "a segment lies beyond the end of the file");
  EXPECT_EQ(refusal([](Image& image) {
              image.header(kDataHeader, 1, 6, kData, kDataAddress, 0x20, 0x1f);
            }),
            "a segment is larger in the file than in memory");
  EXPECT_EQ(refusal([](Image& image) {
              image.header(kDataHeader, 1, 6, kData, kTextAddress + 0x800, 0, 0x10);
            }),
            "a segment's place in the file does not fit its address");
  EXPECT_EQ(
      refusal([](Image& image) { image.header(kDataHeader, 1, 6, kText, kTextAddress, 0, 0x10); }),
      "segments share a page or are out of order");
  for (const std::uint64_t address :
       {std::uint64_t{0}, kSpace.end().value(), ~std::uint64_t{0} & ~(kPage - 1)}) {
    EXPECT_EQ(refusal([=](Image& image) {
                image.header(kDataHeader, 1, 6, kData, address, 0x20, 0x3000);
              }),
              "a segment lies outside of the address space");
  }
  EXPECT_EQ(refusal([](Image& image) { image.number<std::uint64_t>(24, kDataAddress); }),
            "it does not begin in its text");
}

TEST(ElfLoader, TakesNoFileThatIsCutShort) {
  Image image;
  const std::span<const std::byte> whole(image.bytes());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::vector<std::byte> cut(whole.begin(),
                                     whole.begin() + static_cast<std::ptrdiff_t>(size));
    Plan plan;
    ASSERT_NE(parse(Bytes(std::span(cut)), kSpace, kPage, &plan), nullptr) << size;
  }
}

TEST(ElfLoader, SurvivesAnyChangeOfTheHeaders) {
  // Values that break sums and comparisons, in fields of every width.
  constexpr std::uint64_t kStrange[] = {0,
                                        1,
                                        kPage - 1,
                                        kPage,
                                        std::uint64_t{1} << 31,
                                        std::uint64_t{1} << 63,
                                        ~std::uint64_t{0},
                                        ~std::uint64_t{0} - kPage + 1};
  std::mt19937_64 random(20);
  constexpr std::size_t kInteresting = kNotes + 32;
  const Image whole;
  for (int round = 0; round < 20'000; ++round) {
    Image image = whole;
    std::vector<std::byte>& bytes = image.bytes();
    for (std::uint64_t changes = 1 + random() % 4; changes != 0; --changes) {
      const std::size_t at = random() % kInteresting;
      if (random() % 2 == 0) {
        bytes[at] = static_cast<std::byte>(random());
      } else {
        const std::size_t width = std::size_t{1} << random() % 4;
        std::memcpy(bytes.data() + at / width * width, &kStrange[random() % std::size(kStrange)],
                    width);
      }
    }
    if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    ASSERT_NO_FATAL_FAILURE(expect_plan_or_reason(bytes)) << "round " << round;
  }
}

}  // namespace
}  // namespace Atoll::hosts::bsd
