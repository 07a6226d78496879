// The reader of Mach-O files reads sound ones, and refuses all others.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <tuple>

#include "hosts/darwin/image.h"
#include "os/base/bits.h"
#include "tests/hosts/macho_image.h"

namespace Atoll::hosts::darwin::test {
namespace {

bool is_within(const void* part, std::uint64_t size, Bytes file) {
  const auto* const first = static_cast<const std::byte*>(part);
  return first >= file.data() && size <= file.size() &&
         static_cast<std::uint64_t>(first - file.data()) <= file.size() - size;
}

bool is_in(const Segment& segment, Range range) {
  return Range{segment.range.base, segment.contents.size()}.contains(range);
}

// Everything that image.h promises.
::testing::AssertionResult is_sound(const Image& image, Bytes file, Processor processor) {
  const auto wrong = [](const char* what) { return ::testing::AssertionFailure() << what; };
  const std::uint64_t page = page_size_of(processor);
  for (const Segment& s : image.segments) {
    if (s.range.base < kLowest || !s.range.base.is_aligned(page) || s.range.is_empty() ||
        !is_multiple_of(s.range.size, page) || s.range.last() < s.range.base) {
      return wrong("a segment is not made of pages");
    }
    if (!is_within(s.name.data(), s.name.size(), file)) return wrong("a segment's name");
    if (s.contents.size() > s.range.size) return wrong("a segment is smaller than its contents");
    if (!is_within(s.contents.data(), s.contents.size(), file)) return wrong("contents");
    if (s.is_writable && s.is_executable) return wrong("a segment is writable and executable");
    for (const Segment& other : image.segments) {
      if (&s != &other && s.range.overlaps(other.range)) return wrong("segments overlap");
    }
  }
  for (const Import& import : image.imports) {
    if (import.name.empty() || !is_within(import.name.data(), import.name.size() + 1, file)) {
      return wrong("the name of an import");
    }
  }
  Address last;
  for (const Fixup& fixup : image.fixups) {
    if (fixup.place < last) return wrong("fixups are out of order or overlap");
    last = fixup.place + 8;
    if (fixup.import != Fixup::kNoImport && fixup.import >= image.imports.size()) {
      return wrong("a fixup's import");
    }
    if (std::none_of(image.segments.begin(), image.segments.end(), [&](const Segment& s) {
          return !s.is_executable && is_in(s, {fixup.place, 8});
        })) {
      return wrong("a fixup lies where nothing can be written");
    }
  }
  std::vector<Address> code = image.initialisers;
  code.push_back(image.entry);
  for (const Address address : code) {
    if (std::none_of(image.segments.begin(), image.segments.end(),
                     [&](const Segment& s) { return s.is_executable && is_in(s, {address, 1}); })) {
      return wrong("code is not in an executable segment");
    }
  }
  return ::testing::AssertionSuccess();
}

bool is_one_line(const std::string& text) {
  return !text.empty() && text.size() <= 200 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

class MachoLoader
    : public ::testing::TestWithParam<std::tuple<Processor, format::PointerFormat,
                                                 format::ImportsFormat, format::SectionType>> {
 protected:
  Variant variant() const {
    const auto& [processor, pointers, imports, initialisers] = GetParam();
    return {processor, pointers, imports, initialisers};
  }
};

INSTANTIATE_TEST_SUITE_P(
    All, MachoLoader,
    ::testing::Combine(::testing::Values(Processor::kAmd64, Processor::kArm64),
                       ::testing::Values(format::kPointer64, format::kPointer64Offset),
                       ::testing::Values(format::kImports32, format::kImports32Addend32,
                                         format::kImports64Addend64),
                       ::testing::Values(format::kInitialiserOffsets,
                                         format::kInitialiserPointers)));

TEST_P(MachoLoader, ReadsASoundFile) {
  MachoImage file(variant());
  Image image;
  ASSERT_EQ(read_image(file.file(), variant().processor, &image), "");
  EXPECT_TRUE(is_sound(image, file.file(), variant().processor));

  ASSERT_EQ(image.segments.size(), 4u) << "all but __PAGEZERO";
  const Segment& text = image.segments[0];
  EXPECT_EQ(text.name, "__TEXT");
  EXPECT_TRUE(text.is_readable && text.is_executable && !text.is_writable);
  const Segment& constant = image.segments[1];
  EXPECT_EQ(constant.name, "__DATA_CONST");
  EXPECT_TRUE(constant.is_readable && !constant.is_writable) << "once it has been filled in";
  const Segment& data = image.segments[2];
  EXPECT_EQ(data.name, "__DATA");
  EXPECT_TRUE(data.is_readable && data.is_writable && !data.is_executable);
  EXPECT_EQ(data.range.size, 2 * data.contents.size());
  EXPECT_EQ(data.range.base, file.data());

  ASSERT_EQ(image.imports.size(), 2u);
  EXPECT_EQ(image.imports[0].name, "_first");
  EXPECT_FALSE(image.imports[0].is_weak);
  EXPECT_EQ(image.imports[1].name, "_second");
  EXPECT_TRUE(image.imports[1].is_weak);

  const bool has_pointers = variant().initialisers == format::kInitialiserPointers;
  ASSERT_EQ(image.fixups.size(), has_pointers ? 4u : 3u);
  for (std::uint32_t i = 0; i < 2; ++i) {
    EXPECT_EQ(image.fixups[i].place, file.data_const() + 8 * i);
    EXPECT_EQ(image.fixups[i].import, i);
    EXPECT_EQ(image.fixups[i].value, MachoImage::kAddend);
  }
  EXPECT_EQ(image.fixups[2].import, Fixup::kNoImport);
  EXPECT_EQ(image.fixups[2].value, MachoImage::kBase + MachoImage::kTarget);

  EXPECT_EQ(image.entry, Address(MachoImage::kBase + MachoImage::kEntry));
  ASSERT_EQ(image.initialisers.size(), 1u);
  EXPECT_EQ(image.initialisers[0], Address(MachoImage::kBase + MachoImage::kInitialiser));
}

TEST_P(MachoLoader, RefusesEveryTruncation) {
  MachoImage file(variant());
  Image image;
  const std::vector<std::byte> whole = file.bytes();
  for (std::size_t size = 0; size < whole.size(); size += size < 2048 ? 1 : 61) {
    // A copy of exactly that size, so that a tool can see reads behind it.
    const std::vector<std::byte> cut(whole.begin(),
                                     whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_TRUE(is_one_line(read_image(Bytes(cut), variant().processor, &image))) << size;
  }
}

TEST_P(MachoLoader, BelievesNothingThatIsNotSound) {
  std::mt19937_64 random(0x5eed);
  MachoImage original(variant());
  const std::uint64_t interesting[] = {0,      1,          0x7f,       0xff,        0x7fff,
                                       0xffff, 0x80000000, 0xffffffff, 0x100000000, ~0ULL};
  // The loader reads the load commands, the pages of the pointers, and the fixups.
  const std::uint64_t size = original.bytes().size();
  const std::uint64_t places[] = {0, original.data_const() - Address(MachoImage::kBase),
                                  original.data() - Address(MachoImage::kBase), original.fixups()};
  int accepted = 0;
  for (int round = 0; round < 1000; ++round) {
    MachoImage file = original;
    for (std::uint64_t changes = 1 + random() % 3; changes != 0; --changes) {
      const std::uint64_t at = places[random() % 4] + random() % 700;
      if (at + 8 > size) continue;
      switch (random() % 4) {
        case 0:
          file.put(at, static_cast<std::uint8_t>(random()));
          break;
        case 1:
          file.put(at & ~std::uint64_t{3}, static_cast<std::uint32_t>(interesting[random() % 10]));
          break;
        case 2:
          file.put(at & ~std::uint64_t{7}, interesting[random() % 10]);
          break;
        default: {
          const std::byte old = file.bytes()[at];
          file.put(at, old ^ static_cast<std::byte>(1U << random() % 8));
          break;
        }
      }
    }
    Image image;
    const std::string why = read_image(file.file(), variant().processor, &image);
    if (why.empty()) {
      ++accepted;
      ASSERT_TRUE(is_sound(image, file.file(), variant().processor)) << "round " << round;
    } else {
      ASSERT_TRUE(is_one_line(why)) << "round " << round;
    }
  }
  EXPECT_GT(accepted, 25) << "most bytes do not matter";
  EXPECT_LT(accepted, 975) << "some do";
}

TEST(MachoLoaderRefusal, SaysWhy) {
  struct Case {
    const char* why;
    void (*change)(MachoImage& file);
  };
  constexpr std::uint64_t kAddress = 24;  // in a segment's command
  constexpr std::uint64_t kProtection = 60;
  const Case cases[] = {
      {"it is no 64-bit Mach-O file", [](MachoImage& f) { f.put(0, 0x464c457fU); }},
      {"it is for several processors; take out the one for this",
       [](MachoImage& f) { f.put(0, format::kMagicFatSwapped); }},
      {"it is for another processor", [](MachoImage& f) { f.put(4, format::kProcessorArm64); }},
      {"it is no program", [](MachoImage& f) { f.put(12, std::uint32_t{6}); }},
      {"a load command is cut off",
       [](MachoImage& f) { f.put(f.segment(1) + 4, std::uint32_t{0}); }},
      {"a segment lies below 4 GiB",
       [](MachoImage& f) { f.put(f.segment(2) + kAddress, std::uint64_t{0x1000}); }},
      {"its segments overlap",
       [](MachoImage& f) { f.put(f.segment(4) + kAddress, MachoImage::kBase); }},
      {"segment __DATA is not made of pages",
       [](MachoImage& f) { f.put(f.segment(3) + kAddress, MachoImage::kBase + 0x2010); }},
      {"segment __DATA is writable and executable",
       [](MachoImage& f) { f.put(f.segment(3) + kProtection, std::uint32_t{7}); }},
      {"segment __DATA lies behind the file",
       [](MachoImage& f) { f.put(f.segment(3) + 40, ~std::uint64_t{0} - 4096); }},
      {"it has thread-local variables; compile it with -femulated-tls",
       [](MachoImage& f) {
         f.put(f.section(0) + 64, std::uint32_t{format::kThreadLocalVariables});
       }},
      {"it begins outside of its code",
       [](MachoImage& f) { f.put(f.main_command() + 8, std::uint64_t{0x2000}); }},
      {"it has no LC_MAIN", [](MachoImage& f) { f.put(f.main_command(), std::uint32_t{0x1b}); }},
      {"it has LC_DYLD_INFO; link it with -fixup_chains",
       [](MachoImage& f) { f.put(f.fixups_command(), std::uint32_t{format::kDyldInfoOnly}); }},
      {"an initialiser lies outside of its code",
       [](MachoImage& f) { f.put(0xf00, std::uint32_t{0x1000}); }},
      {"a fixup is of an unknown import", [](MachoImage& f) { f.put(0x1000, std::uint8_t{2}); }},
      {"a chain of fixups leaves its page",
       [](MachoImage& f) { f.put(0x1008, std::uint64_t{1} << 63 | std::uint64_t{0xfff} << 51); }},
      {"its fixups overlap",
       [](MachoImage& f) { f.put(0x1000, std::uint64_t{1} << 63 | std::uint64_t{1} << 51); }},
      {"its pointers are of format 12, which is not served",
       [](MachoImage& f) { f.put(f.fixups() + 32 + 24 + 6, std::uint16_t{12}); }},
      {"its own _first can be replaced; link it with -exported_symbol __mh_execute_header",
       [](MachoImage& f) { f.put(f.fixups() + 32 + 24 + 48, std::uint8_t{0xfd}); }},
  };
  for (const Case& c : cases) {
    MachoImage file{Variant{}};
    c.change(file);
    Image image;
    EXPECT_EQ(read_image(file.file(), Processor::kAmd64, &image), c.why);
  }
}

TEST(MachoLoaderRefusal, AnEmptyFileIsNoProgram) {
  Image image;
  EXPECT_EQ(read_image(Bytes(), Processor::kArm64, &image), "it is too short for a Mach-O file");
}

}  // namespace
}  // namespace Atoll::hosts::darwin::test
