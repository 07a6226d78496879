// The C functions.

#include "src/malloc/atoll.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "os/os.h"
#include "src/malloc/process_heap.h"
#include "tests/malloc/atoll_header.h"

namespace {

const volatile std::size_t too_much = SIZE_MAX - (1 << 20);

template <typename Tell>
std::string told(Tell tell) {
  std::array<char, 300> text;
  text.fill('?');
  const std::size_t length = tell(text.data(), text.size());
  EXPECT_EQ(length, std::strlen(text.data()));
  return text.data();
}

std::string check(atoll_heap* heap) {
  return told([heap](char* text, std::size_t size) { return atoll_heap_check(heap, text, size); });
}

std::string last_error(atoll_heap* heap) {
  return told(
      [heap](char* text, std::size_t size) { return atoll_heap_last_error(heap, text, size); });
}

std::string failure_of(const atoll_options& options) {
  std::array<char, 300> why{};
  EXPECT_EQ(atoll_heap_create(&options, why.data(), why.size()), nullptr);
  return why.data();
}

atoll_options default_options() {
  atoll_options options{};
  options.size = sizeof options;
  return options;
}

atoll_statistics statistics_of(atoll_heap* heap) {
  atoll_statistics statistics;
  std::memset(&statistics, 0xa5, sizeof statistics);
  statistics.size = sizeof statistics;
  atoll_heap_statistics(heap, &statistics);
  return statistics;
}

Atoll::os::Machine machine() { return Atoll::os::native().probe(); }

// The process's functions, or those of a heap.
struct Functions {
  atoll_heap* heap = nullptr;  // null: the process's functions

  void* allocate(std::size_t n) const {
    return heap == nullptr ? atoll_malloc(n) : atoll_heap_malloc(heap, n);
  }
  void* allocate_zeroed(std::size_t count, std::size_t n) const {
    return heap == nullptr ? atoll_calloc(count, n) : atoll_heap_calloc(heap, count, n);
  }
  void* reallocate(void* p, std::size_t n) const {
    return heap == nullptr ? atoll_realloc(p, n) : atoll_heap_realloc(heap, p, n);
  }
  void* allocate_aligned(std::size_t alignment, std::size_t n) const {
    return heap == nullptr ? atoll_aligned_alloc(alignment, n)
                           : atoll_heap_aligned_alloc(heap, alignment, n);
  }
  void release(void* p) const { heap == nullptr ? atoll_free(p) : atoll_heap_free(heap, p); }
  std::size_t usable_size(const void* p) const {
    return heap == nullptr ? atoll_usable_size(p) : atoll_heap_usable_size(heap, p);
  }
};

class AtollTest : public testing::TestWithParam<bool> {
 public:
  AtollTest() {
    if (GetParam()) functions_.heap = atoll_heap_create(nullptr, nullptr, 0);
    heap_ = GetParam() ? functions_.heap : atoll_process_heap();
    EXPECT_NE(heap_, nullptr);
    objects_ = statistics_of(heap_).heap_objects;
  }
  ~AtollTest() override {
    EXPECT_EQ(statistics_of(heap_).heap_objects, objects_);
    EXPECT_EQ(check(heap_), "");
    atoll_heap_destroy(heap_);  // the process's heap lives on
  }

 protected:
  Functions functions_;
  atoll_heap* heap_ = nullptr;
  std::uint64_t objects_ = 0;
};

INSTANTIATE_TEST_SUITE_P(, AtollTest, testing::Values(false, true));

TEST_P(AtollTest, ObjectsComeAndGo) {
  std::vector<void*> objects;
  for (std::size_t size = 0; size < 100'000; size = size * 5 / 4 + 1) {
    void* const p = functions_.allocate(size);
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % (size % 16 == 0 ? 16 : 8), 0);
    EXPECT_GE(functions_.usable_size(p), size);
    std::memset(p, 0xa5, size);
    objects.push_back(p);
  }
  EXPECT_EQ(statistics_of(heap_).heap_objects, objects_ + objects.size());
  for (void* const p : objects) functions_.release(p);
  functions_.release(nullptr);
}

TEST_P(AtollTest, NothingIsAnObjectOfItsOwn) {
  void* const a = functions_.allocate(0);
  void* const b = functions_.allocate_zeroed(0, 100);
  void* const c = functions_.reallocate(nullptr, 0);
  EXPECT_NE(a, nullptr);
  EXPECT_NE(a, b);
  EXPECT_NE(b, c);
  void* const d = functions_.reallocate(a, 0);
  EXPECT_NE(d, nullptr) << "it is an object still";
  for (void* const p : {b, c, d}) functions_.release(p);
}

TEST_P(AtollTest, ZeroedIsZeroedAlsoWhatWasUsed) {
  for (const std::size_t size : {std::size_t{10}, std::size_t{1000}, std::size_t{100'000}}) {
    void* const used = functions_.allocate(10 * size);
    std::memset(used, 0xa5, 10 * size);
    functions_.release(used);
    auto* const p = static_cast<char*>(functions_.allocate_zeroed(10, size));
    EXPECT_EQ(std::vector<char>(p, p + 10 * size), std::vector<char>(10 * size));
    functions_.release(p);
  }
}

TEST_P(AtollTest, ReallocatingKeepsContents) {
  auto* p = static_cast<char*>(functions_.reallocate(nullptr, 1));
  *p = 'x';
  for (const std::size_t size : {10U, 100U, 10'000U, 1'000'000U, 100U, 1U}) {
    p = static_cast<char*>(functions_.reallocate(p, size));
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(*p, 'x');
    EXPECT_GE(functions_.usable_size(p), size);
  }
  functions_.release(p);
}

TEST_P(AtollTest, AlignmentsArePowersOfTwo) {
  for (std::size_t alignment = 1; alignment <= 65536; alignment *= 2) {
    void* const p = functions_.allocate_aligned(alignment, 100);
    ASSERT_NE(p, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(p) % alignment, 0);
    functions_.release(p);
  }
  EXPECT_EQ(functions_.allocate_aligned(0, 100), nullptr);
  EXPECT_EQ(functions_.allocate_aligned(24, 100), nullptr);
}

TEST_P(AtollTest, WithoutMemoryNothingIsLost) {
  void* const p = functions_.allocate(100);
  EXPECT_EQ(functions_.allocate(too_much), nullptr);
  EXPECT_EQ(functions_.allocate_zeroed(1, too_much), nullptr);
  EXPECT_EQ(functions_.allocate_zeroed(too_much, 2), nullptr) << "the product has no size";
  EXPECT_EQ(functions_.allocate_aligned(4096, too_much), nullptr);
  EXPECT_EQ(functions_.reallocate(p, too_much), nullptr);
  EXPECT_NE(last_error(heap_), "");
  EXPECT_GE(functions_.usable_size(p), 100);
  functions_.release(p);
}

TEST_P(AtollTest, StatisticsAreThoseOfTheHeap) {
  void* const p = functions_.allocate(100);
  void* const large = functions_.allocate(100'000);
  const atoll_statistics s = statistics_of(heap_);
  EXPECT_EQ(s.size, sizeof s);
  EXPECT_EQ(s.heap_objects, s.mallocs - s.frees);
  EXPECT_EQ(s.heap_sys, s.heap_idle + s.heap_inuse);
  EXPECT_EQ(s.sys, s.heap_sys + s.stack_sys + s.mspan_sys + s.mcache_sys + s.buck_hash_sys +
                       s.gc_sys + s.other_sys);
  EXPECT_GE(s.alloc, 100'112);
  EXPECT_EQ(s.alloc, s.heap_alloc);
  EXPECT_GE(s.total_alloc, s.alloc);
  ASSERT_LE(s.size_classes, ATOLL_SIZE_CLASSES);
  const atoll_size_statistics* const end = s.by_size + s.size_classes;
  const atoll_size_statistics* const found = std::find_if(
      s.by_size, end, [](const atoll_size_statistics& by_size) { return by_size.size == 112; });
  ASSERT_NE(found, end);
  EXPECT_GE(found->mallocs, found->frees + 1);
  functions_.release(p);
  functions_.release(large);
}

struct Told {
  std::array<char, 1 << 16> text{};
  std::size_t size = 0;

  std::string_view view() const { return {text.data(), size}; }
};

void tell(void* context, const char* text, std::size_t size) {
  auto& told = *static_cast<Told*>(context);
  ASSERT_LE(told.size + size, told.text.size());
  std::memcpy(told.text.data() + told.size, text, size);
  told.size += size;
}

TEST_P(AtollTest, ReportsComeInPieces) {
  void* const p = functions_.allocate(100);
  static Told told;
  told.size = 0;
  EXPECT_EQ(atoll_heap_write_text(heap_, tell, &told), told.size);
  EXPECT_TRUE(told.view().starts_with("atoll: Alloc "));
  EXPECT_NE(told.view().find("atoll:    112 "), std::string_view::npos);
  told.size = 0;
  EXPECT_EQ(atoll_heap_write_json(heap_, tell, &told), told.size);
  EXPECT_TRUE(told.view().starts_with(R"({"Alloc": )"));
  EXPECT_TRUE(told.view().ends_with("]}\n"));
  functions_.release(p);

  told.size = 0;
  EXPECT_EQ(atoll_heap_write_text(nullptr, tell, &told), 0U);
  EXPECT_EQ(atoll_heap_write_json(nullptr, tell, &told), 0U);
  EXPECT_EQ(atoll_write_profile(tell, &told), 0U) << "no samples are taken";
  EXPECT_EQ(told.size, 0U);
}

TEST_P(AtollTest, WhatIsFreeGoesBackToTheSystem) {
  functions_.release(functions_.allocate(1'000'000));
  const std::uint64_t scavenged = atoll_heap_scavenge(heap_);
  const std::uint64_t released = statistics_of(heap_).heap_released;
  // A larger page of the hardware takes pages with it that were never used, nor counted as
  // released.
  const bool has_small_pages = machine().page_size <= 8192;
  EXPECT_TRUE(has_small_pages ? released == scavenged : released <= scavenged)
      << released << " of " << scavenged;
  EXPECT_GE(scavenged, machine().can_shrink ? 1'000'000 : 0);
}

// --- Heaps. ---

// The first test here, so that nothing else has started it.
TEST(AtollHeap, ThatIsTheCallersOwnDoesNotStartTheProcesss) {
  const bool was_started = Atoll::process_options() != nullptr;
  atoll_heap* const heap = atoll_heap_create(nullptr, nullptr, 0);
  ASSERT_NE(heap, nullptr);
  atoll_heap_free(heap, atoll_heap_malloc(heap, 100));
  atoll_heap_destroy(heap);
  EXPECT_EQ(Atoll::process_options() != nullptr, was_started);
}

TEST(AtollHeapTest, HeapsAreEachOnTheirOwnAndSixteenAtATime) {
  // Where memory is one segment, more would not leave enough of it to the tests that follow; and
  // the heaps of 32-bit ports reserve so much each that two gigabytes do not serve sixteen.
  const std::size_t most = machine().linear_only || sizeof(void*) == 4 ? 2 : 16;
  std::vector<atoll_heap*> heaps;
  std::array<char, 300> why{};
  while (heaps.size() < most) {
    atoll_heap* const heap = atoll_heap_create(nullptr, why.data(), why.size());
    ASSERT_NE(heap, nullptr) << why.data();
    EXPECT_STREQ(why.data(), "");
    EXPECT_NE(atoll_heap_malloc(heap, 100), nullptr);
    EXPECT_EQ(statistics_of(heap).heap_objects, 1);
    heaps.push_back(heap);
  }
  if (most == 16) {
    EXPECT_EQ(atoll_heap_create(nullptr, why.data(), why.size()), nullptr);
    EXPECT_STREQ(why.data(), "too many heaps: 16 live already");
  }
  for (atoll_heap* const heap : heaps) {
    EXPECT_EQ(check(heap), "");
    atoll_heap_destroy(heap);
  }
  // Any number of times.
  for (int i = 0; i < 100; ++i) {
    atoll_heap* const heap = atoll_heap_create(nullptr, nullptr, 0);
    ASSERT_NE(heap, nullptr);
    atoll_heap_destroy(heap);
  }
}

TEST(AtollHeapTest, ANullHeapHasNoMemory) {
  const Functions functions;
  EXPECT_EQ(atoll_heap_malloc(nullptr, 1), nullptr);
  EXPECT_EQ(atoll_heap_calloc(nullptr, 1, 1), nullptr);
  EXPECT_EQ(atoll_heap_realloc(nullptr, nullptr, 1), nullptr);
  EXPECT_EQ(atoll_heap_aligned_alloc(nullptr, 8, 1), nullptr);
  EXPECT_EQ(atoll_heap_usable_size(nullptr, &functions), 0);
  EXPECT_EQ(atoll_heap_scavenge(nullptr), 0);
  EXPECT_EQ(statistics_of(nullptr).sys, 0);
  EXPECT_EQ(check(nullptr), "");
  EXPECT_EQ(last_error(nullptr), "there is no heap");
  atoll_heap_free(nullptr, nullptr);
  atoll_heap_destroy(nullptr);
}

TEST(AtollHeapTest, TheReleaseDecidesOnSizes) {
  atoll_options options = default_options();
  options.go_release = 16;
  std::array<char, 300> why{};
  atoll_heap* const heap = atoll_heap_create(&options, why.data(), why.size());
  if (heap == nullptr) {  // a port of later releases
    EXPECT_STREQ(why.data(), "Go 1.16 has no port to this system");
  } else {
    EXPECT_EQ(atoll_heap_usable_size(heap, atoll_heap_malloc(heap, 20)), 24);
    EXPECT_EQ(statistics_of(heap).size_classes, 68);
  }
  atoll_heap_destroy(heap);
  options.go_release = 10;
  EXPECT_EQ(failure_of(options), "there are no numbers of Go 1.10");
  options.go_release = 28;
  EXPECT_EQ(failure_of(options), "there are no numbers of Go 1.28");
}

TEST(AtollHeapTest, TinyObjectsShareBlocks) {
  atoll_options options = default_options();
  options.tiny = 1;
  atoll_heap* const heap = atoll_heap_create(&options, nullptr, 0);
  auto* const a = static_cast<char*>(atoll_heap_malloc(heap, 4));
  auto* const b = static_cast<char*>(atoll_heap_malloc(heap, 4));
  EXPECT_EQ(b - a, 4);
  atoll_heap_destroy(heap);
}

TEST(AtollHeapTest, OptionsOfAnOtherVersionAreUnderstoodOrRefused) {
  atoll_options options = default_options();
  options.size = 0;
  EXPECT_EQ(failure_of(options), "the options do not tell their size");

  // An older struct: the fields that it does not have are ignored.
  options.size = offsetof(atoll_options, tiny);
  options.tiny = 1;
  atoll_heap* heap = atoll_heap_create(&options, nullptr, 0);
  ASSERT_NE(heap, nullptr);
  EXPECT_EQ(atoll_heap_usable_size(heap, atoll_heap_malloc(heap, 1)), 8);
  atoll_heap_destroy(heap);

  // Newer: as long as nothing is asked that is not known.
  struct {
    atoll_options known;
    std::uint64_t unknown;
  } newer = {default_options(), 0};
  newer.known.size = sizeof newer;
  heap = atoll_heap_create(&newer.known, nullptr, 0);
  EXPECT_NE(heap, nullptr);
  atoll_heap_destroy(heap);
  newer.unknown = 1;
  EXPECT_EQ(failure_of(newer.known), "the options are those of a later version");
}

TEST(AtollHeapTest, StatisticsOfAnOlderVersionAreCutOff) {
  atoll_statistics statistics;
  std::memset(&statistics, 0xa5, sizeof statistics);
  statistics.size = offsetof(atoll_statistics, sys);
  atoll_heap_statistics(atoll_process_heap(), &statistics);
  EXPECT_EQ(statistics.size, offsetof(atoll_statistics, sys));
  EXPECT_EQ(statistics.sys, 0xa5a5'a5a5'a5a5'a5a5);
}

TEST(AtollHeapTest, TextsAreCutToFit) {
  std::array<char, 8> text{'?', '?', '?', '?', '?', '?', '?', '?'};
  EXPECT_EQ(atoll_heap_last_error(nullptr, nullptr, 0), 16);
  EXPECT_EQ(atoll_heap_last_error(nullptr, text.data(), 6), 16);
  EXPECT_STREQ(text.data(), "there");
  EXPECT_EQ(text[6], '?');
  EXPECT_EQ(atoll_heap_last_error(nullptr, text.data(), 1), 16);
  EXPECT_STREQ(text.data(), "");
}

TEST(AtollHeapTest, CorruptionIsToldToTheHeapsFunction) {
  std::string what;
  atoll_options options = default_options();
  options.checked = 1;
  options.corruption_context = &what;
  options.on_corruption = [](void* context, const char* text) {
    *static_cast<std::string*>(context) = text;
  };
  atoll_heap* const heap = atoll_heap_create(&options, nullptr, 0);
  void* const p = atoll_heap_malloc(heap, 100);
  atoll_heap_free(heap, p);
  EXPECT_EQ(what, "");
  atoll_heap_free(heap, p);
  EXPECT_EQ(what.find("double free: 0x"), 0) << what;
  EXPECT_NE(what.find("of objects of 112 bytes"), std::string::npos) << what;
  EXPECT_EQ(check(heap), "");
  atoll_heap_destroy(heap);
}

TEST(AtollHeapTest, SamplesAreToldAndTakenBack) {
  struct Profile {
    int taken = 0;
    int freed = 0;
  } profile;
  atoll_options options = default_options();
  options.profile_rate = 1;
  options.sample_context = &profile;
  options.on_sample = [](void* context, void*, std::uint64_t) -> void* {
    ++static_cast<Profile*>(context)->taken;
    return context;
  };
  options.on_sample_freed = [](void* context, void* sample) {
    EXPECT_EQ(context, sample);
    ++static_cast<Profile*>(context)->freed;
  };
  atoll_heap* const heap = atoll_heap_create(&options, nullptr, 0);
  std::vector<void*> objects;
  for (int i = 0; i < 100; ++i) objects.push_back(atoll_heap_malloc(heap, 1000));
  EXPECT_GE(profile.taken, 90);
  for (void* const p : objects) atoll_heap_free(heap, p);
  EXPECT_EQ(profile.freed, profile.taken);
  atoll_heap_destroy(heap);
}

TEST(AtollHeaderTest, IsCOfAnyAge) {
  EXPECT_STREQ(test_of_c99(), nullptr);
  EXPECT_STREQ(test_of_c11(), nullptr);
  EXPECT_STREQ(test_of_c23(), nullptr);
}

}  // namespace
