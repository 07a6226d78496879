// The numbers of a port: known results, and rules that hold for every port of every release.

#include "src/port/spec.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <string>

#include "src/port/stack_orders.h"
#include "src/port/start_space.h"
#include "tests/port/every_port.h"

namespace Atoll::port {
namespace {

using enum Goos;
using enum Goarch;
using enum Release;

// What a heap in a buffer needs: an address space that costs little.
TEST(WithoutASystem, ThereAreSmallArenasAndTables) {
  for (const Release release : kReleases) {
    for (const PortRow& row : ports_with(kNone)) {
      const PortSpec port = spec(release, row.goos, row.goarch);
      SCOPED_TRACE(describe(port));
      const bool is_wide = row.goarch == kRiscv64;
      EXPECT_EQ(port.ptr_size, is_wide ? 8U : 4U);
      EXPECT_EQ(port.heap_start, HeapStart::kBreak);
      EXPECT_FALSE(port.uses_32_bit_start());
      EXPECT_FALSE(port.sbrk);
      EXPECT_EQ(port.heap_addr_bits, is_wide ? 36U : 32U);
      EXPECT_EQ(port.heap_arena_bytes, std::uint64_t{1} << 20);
      EXPECT_EQ(port.pages_per_arena, 128U);
      EXPECT_EQ(port.arena_l1_bits, is_wide ? 8U : 6U);
      EXPECT_EQ(port.arena_l2_bits, is_wide ? 8U : 6U);
      EXPECT_EQ(port.arena_l2_table_bytes, is_wide ? 2048U : 256U);
      EXPECT_EQ(port.fixed_stack, 2048U);
      EXPECT_EQ(port.num_stack_orders, 4U);
      EXPECT_TRUE(port.is_addressable(0));
      EXPECT_TRUE(port.is_addressable(0xffff'ffff));
      EXPECT_FALSE(port.is_addressable(port.max_alloc + 1));
    }
  }
}

TEST(WithoutASystem, TheAddressSpaceCanBeginElsewhere) {
  constexpr std::uint64_t kLowest = 0x5555'5550'0000;
  for (const Release release : {k1_11, k1_15}) {
    const PortSpec port = with_lowest_address(spec(release, kNone, kRiscv64), kLowest);
    EXPECT_EQ(port.arena_index(kLowest), 0U);
    EXPECT_EQ(port.arena_base(0), kLowest);
    EXPECT_EQ(port.arena_base(3), kLowest + (3 << 20));
    EXPECT_FALSE(port.is_addressable(kLowest - 1));
    EXPECT_TRUE(port.is_addressable(kLowest + (std::uint64_t{1} << 36) - 1));
    EXPECT_FALSE(port.is_addressable(kLowest + (std::uint64_t{1} << 36)));
  }
}

TEST(Stacks, HaveTheKnownSizesAndOrders) {
  struct Expected {
    std::uint64_t fixed_stack;
    unsigned orders;
  };
  const auto expected = [](const PortSpec& port) -> Expected {
    if (port.goos == kPlan9) return {4096, 3};
    if (port.goos == kWindows && port.ptr_size == 8) return {8192, 2};
    if (port.goos == kWindows) return {port.release < k1_22 ? 4096U : 8192U, 3};
    if (port.goos == kDarwin && port.release < k1_16 && port.goarch != k386 &&
        port.goarch != kAmd64) {
      return {4096, 4};
    }
    if (port.goos == kIos && port.goarch == kArm64) return {4096, 4};
    return {2048, 4};
  };
  for_every_port([&](const PortSpec& port) {
    EXPECT_EQ(port.fixed_stack, expected(port).fixed_stack);
    EXPECT_EQ(port.num_stack_orders, expected(port).orders);
    EXPECT_EQ(port.stack_cache_size, 32768U);
    EXPECT_EQ(port.stack_small, 128U);
    EXPECT_EQ(port.stack_big, 4096U);
    EXPECT_EQ(port.stack_min, 2048U);
    EXPECT_EQ(largest_cached_stack(port), 16384U);
  });
}

TEST(Stacks, ReserveSystemBytes) {
  EXPECT_EQ(spec(k1_11, kLinux, kAmd64).stack_system, 0U);
  EXPECT_EQ(spec(k1_11, kWindows, k386).stack_system, 2048U);
  EXPECT_EQ(spec(k1_11, kWindows, kAmd64).stack_system, 4096U);
  EXPECT_EQ(spec(k1_21, kWindows, kArm).stack_system, 2048U);
  EXPECT_EQ(spec(k1_22, kWindows, kArm).stack_system, 4096U);
  EXPECT_EQ(spec(k1_22, kWindows, kAmd64).stack_system, 4096U);
  EXPECT_EQ(spec(k1_27, kPlan9, kArm).stack_system, 512U);
  EXPECT_EQ(spec(k1_14, kDarwin, kArm).stack_system, 1024U);
  EXPECT_EQ(spec(k1_15, kDarwin, kArm64).stack_system, 1024U);
  EXPECT_EQ(spec(k1_16, kDarwin, kArm64).stack_system, 0U);
  EXPECT_EQ(spec(k1_16, kIos, kArm64).stack_system, 1024U);
  EXPECT_EQ(spec(k1_27, kIos, kArm64).stack_system, 1024U);
  EXPECT_EQ(spec(k1_16, kIos, kAmd64).stack_system, 0U);
}

TEST(Stacks, HaveTheGuardsOfTheirRelease) {
  struct Expected {
    Release release;
    Goos goos;
    Goarch goarch;
    bool race;
    unsigned multiplier;
    std::uint64_t guard;
    std::uint64_t limit;
    std::uint64_t g0;
  };
  const Expected expected[] = {
      {k1_11, kLinux, kAmd64, false, 1, 880, 752, 8192},
      {k1_11, kLinux, kAmd64, true, 1, 880, 752, 8192},
      {k1_11, kWindows, kAmd64, false, 1, 4976, 752, 8192},
      {k1_11, kDarwin, kArm64, false, 1, 1904, 752, 8192},
      {k1_12, kAix, kPpc64, false, 2, 1760, 1632, 16384},
      {k1_13, kPlan9, k386, false, 1, 1392, 752, 8192},
      {k1_14, kLinux, kAmd64, false, 1, 896, 768, 8192},
      {k1_14, kAix, kPpc64, false, 2, 1792, 1664, 16384},
      {k1_15, kLinux, kAmd64, false, 1, 928, 800, 8192},
      {k1_19, kLinux, kAmd64, true, 1, 928, 800, 8192},
      {k1_20, kLinux, kAmd64, false, 1, 928, 800, 8192},
      {k1_20, kLinux, kAmd64, true, 2, 1856, 1728, 16384},
      {k1_20, kAix, kPpc64, false, 2, 1856, 1728, 16384},
      {k1_21, kLinux, kAmd64, false, 1, 928, 800, 16384},
      {k1_21, kLinux, kAmd64, true, 2, 1728, 1600, 32768},
      {k1_22, kWindows, k386, false, 1, 5024, 800, 16384},
      {k1_23, kOpenbsd, kAmd64, false, 1, 928, 800, 16384},
      {k1_24, kOpenbsd, kAmd64, false, 2, 1728, 1600, 32768},
      {k1_27, kAix, kPpc64, false, 2, 1728, 1600, 32768},
  };
  for (const Expected& row : expected) {
    const PortSpec port = spec(row.release, row.goos, row.goarch, row.race);
    SCOPED_TRACE(describe(port));
    EXPECT_EQ(port.stack_guard_multiplier, row.multiplier);
    EXPECT_EQ(port.stack_guard, row.guard);
    EXPECT_EQ(port.stack_limit, row.limit);
    EXPECT_EQ(port.g0_stack_size, row.g0);
  }
  for_every_port([](const PortSpec& port) {
    EXPECT_EQ(port.stack_limit, port.stack_guard - port.stack_system - port.stack_small);
  });
}

TEST(Stacks, BelongToOrdersOrAreLarge) {
  const PortSpec linux_port = spec(k1_11, kLinux, kAmd64);
  EXPECT_EQ(cached_stack_order(linux_port, 2048), 0U);
  EXPECT_EQ(cached_stack_order(linux_port, 4096), 1U);
  EXPECT_EQ(cached_stack_order(linux_port, 8192), 2U);
  EXPECT_EQ(cached_stack_order(linux_port, 16384), 3U);
  EXPECT_EQ(cached_stack_order(linux_port, 32768), std::nullopt);

  // The nominal top order of these would be 32 KiB.
  EXPECT_EQ(num_used_stack_orders(spec(k1_11, kDarwin, kArm64)), 3U);
  EXPECT_EQ(num_used_stack_orders(spec(k1_16, kIos, kArm64)), 3U);
  EXPECT_EQ(num_used_stack_orders(spec(k1_22, kWindows, k386)), 2U);
  EXPECT_EQ(num_used_stack_orders(spec(k1_21, kWindows, k386)), 3U);

  for_every_port([](const PortSpec& port) {
    for (std::uint64_t bytes = port.fixed_stack; bytes <= 1 << 20; bytes *= 2) {
      const auto order = cached_stack_order(port, bytes);
      ASSERT_EQ(order.has_value(), bytes <= 16384) << bytes;
      if (!order) continue;
      EXPECT_LT(*order, port.num_stack_orders);
      EXPECT_EQ(port.fixed_stack << *order, bytes);
    }
  });
}

TEST(Stacks, HaveListsOfLargeOnes) {
  EXPECT_EQ(spec(k1_11, kLinux, kAmd64).num_large_stack_lists, 35U);
  EXPECT_EQ(spec(k1_11, kLinux, k386).num_large_stack_lists, 19U);
  EXPECT_EQ(spec(k1_11, kLinux, kMipsle).num_large_stack_lists, 18U);
  EXPECT_EQ(spec(k1_16, kIos, kArm64).num_large_stack_lists, 27U);
  EXPECT_EQ(spec(k1_11, kJs, kWasm).num_large_stack_lists, 19U);

  const PortSpec before = spec(k1_25, kLinux, kAmd64);
  const PortSpec after = spec(k1_26, kLinux, kAmd64);
  EXPECT_EQ(large_stack_index(before, 0), 0U);
  EXPECT_EQ(large_stack_index(before, 1), 0U);
  EXPECT_EQ(large_stack_index(before, 4), 2U);
  EXPECT_EQ(large_stack_index(before, 7), 2U);
  EXPECT_EQ(large_stack_index(after, 0), 0U);
  EXPECT_EQ(large_stack_index(after, 1), 1U);
  EXPECT_EQ(large_stack_index(after, 4), 3U);
}

struct Geometry {
  Release release;
  Goos goos;
  Goarch goarch;
  unsigned addr_bits;
  unsigned log_arena;
  unsigned l1_bits;
  unsigned l2_bits;
  std::uint64_t l2_table_bytes;
};

TEST(Arenas, HaveTheKnownGeometry) {
  const Geometry expected[] = {
      {k1_11, kLinux, kAmd64, 48, 26, 0, 22, 32 << 20},
      {k1_27, kLinux, kRiscv64, 48, 26, 0, 22, 32 << 20},
      {k1_11, kDarwin, kArm64, 48, 26, 0, 22, 32 << 20},
      {k1_14, kDarwin, kArm64, 33, 26, 0, 7, 1 << 10},
      {k1_15, kDarwin, kArm64, 33, 26, 0, 7, 1 << 10},
      {k1_16, kDarwin, kArm64, 48, 26, 0, 22, 32 << 20},
      {k1_16, kIos, kArm64, 40, 26, 0, 14, 128 << 10},
      {k1_17, kIos, kArm64, 40, 22, 0, 18, 2 << 20},
      {k1_27, kIos, kArm64, 40, 22, 0, 18, 2 << 20},
      {k1_17, kIos, kAmd64, 48, 26, 0, 22, 32 << 20},
      {k1_11, kWindows, kAmd64, 48, 22, 6, 20, 8 << 20},
      {k1_17, kWindows, kArm64, 48, 22, 6, 20, 8 << 20},
      {k1_11, kWindows, k386, 32, 22, 0, 10, 4 << 10},
      {k1_11, kLinux, k386, 32, 22, 0, 10, 4 << 10},
      {k1_11, kNacl, kAmd64p32, 32, 22, 0, 10, 4 << 10},
      {k1_11, kLinux, kMips, 31, 22, 0, 9, 2 << 10},
      {k1_27, kLinux, kMipsle, 31, 22, 0, 9, 2 << 10},
      {k1_27, kLinux, kMips64le, 48, 26, 0, 22, 32 << 20},
      {k1_12, kAix, kPpc64, 60, 28, 12, 20, 8 << 20},
      {k1_13, kAix, kPpc64, 60, 28, 12, 20, 8 << 20},
      {k1_14, kAix, kPpc64, 48, 26, 0, 22, 32 << 20},
      {k1_11, kJs, kWasm, 32, 26, 0, 6, 512},
      {k1_12, kJs, kWasm, 32, 26, 0, 6, 512},
      {k1_13, kJs, kWasm, 32, 22, 0, 10, 8 << 10},
      {k1_25, kWasip1, kWasm, 32, 22, 0, 10, 8 << 10},
      {k1_26, kWasip1, kWasm, 32, 19, 0, 13, 64 << 10},
  };
  for (const Geometry& row : expected) {
    const PortSpec port = spec(row.release, row.goos, row.goarch);
    SCOPED_TRACE(describe(port));
    EXPECT_EQ(port.heap_addr_bits, row.addr_bits);
    EXPECT_EQ(port.log_heap_arena_bytes, row.log_arena);
    EXPECT_EQ(port.arena_l1_bits, row.l1_bits);
    EXPECT_EQ(port.arena_l2_bits, row.l2_bits);
    EXPECT_EQ(port.arena_l2_table_bytes, row.l2_table_bytes);
  }
}

TEST(Arenas, EndTheAddressSpaceWhereKnown) {
  EXPECT_EQ(spec(k1_11, kLinux, kAmd64).max_alloc, 0x1'0000'0000'0000U);
  EXPECT_EQ(spec(k1_11, kLinux, k386).max_alloc, 0xffff'ffffU);
  EXPECT_EQ(spec(k1_11, kLinux, kMips).max_alloc, 0x7fff'ffffU);
  EXPECT_EQ(spec(k1_11, kJs, kWasm).max_alloc, 0x1'0000'0000U);
  EXPECT_EQ(spec(k1_16, kIos, kArm64).max_alloc, 0x100'0000'0000U);
  EXPECT_EQ(spec(k1_12, kAix, kPpc64).max_alloc, 0x1000'0000'0000'0000U);
}

TEST(Arenas, HaveBitmapsOfTheirRelease) {
  EXPECT_EQ(spec(k1_11, kLinux, kAmd64).heap_arena_bitmap_bytes, 2U << 20);
  EXPECT_EQ(spec(k1_19, kLinux, k386).heap_arena_bitmap_bytes, 256U << 10);
  EXPECT_EQ(spec(k1_11, kWindows, kAmd64).heap_arena_bitmap_bytes, 128U << 10);
  EXPECT_EQ(spec(k1_11, kJs, kWasm).heap_arena_bitmap_bytes, 2U << 20);
  EXPECT_EQ(spec(k1_13, kJs, kWasm).heap_arena_bitmap_bytes, 128U << 10);
  EXPECT_EQ(spec(k1_20, kLinux, kAmd64).heap_arena_bitmap_words, 131072U);
  EXPECT_EQ(spec(k1_20, kLinux, k386).heap_arena_bitmap_words, 32768U);
  EXPECT_EQ(spec(k1_27, kLinux, kAmd64).heap_arena_bitmap_words, 131072U);
  for_every_port([](const PortSpec& port) {
    EXPECT_EQ(port.heap_arena_bitmap_bytes != 0, port.release < k1_20);
    EXPECT_EQ(port.heap_arena_bitmap_words == 0, port.release < k1_20);
    // The condition of the start-up check.
    EXPECT_TRUE(std::has_single_bit(port.heap_arena_bitmap_bytes | port.heap_arena_bitmap_words));
  });
}

TEST(Arenas, HaveMetadataOfTheKnownSize) {
  struct Expected {
    Release first;
    Release last;
    std::uint64_t amd64;
    std::uint64_t x86;
  };
  const Expected expected[] = {
      {k1_11, k1_11, 2162688, 264192}, {k1_12, k1_13, 2164736, 264320},
      {k1_14, k1_14, 2164744, 264324}, {k1_15, k1_15, 2165768, 264388},
      {k1_16, k1_19, 2165776, 264392}, {k1_20, k1_21, 1133584, 137416},
      {k1_22, k1_24, 68624, 2248},     {k1_25, k1_27, 69648, 2312},
  };
  std::size_t releases = 0;
  for (const Expected& row : expected) {
    for (const Release release : kReleases) {
      if (release < row.first || release > row.last) continue;
      ++releases;
      SCOPED_TRACE(std::string(name(release)));
      EXPECT_EQ(spec(release, kLinux, kAmd64).heap_arena_metadata_bytes, row.amd64);
      EXPECT_EQ(spec(release, kLinux, k386).heap_arena_metadata_bytes, row.x86);
    }
  }
  EXPECT_EQ(releases, kReleases.size());
}

TEST(Arenas, HaveIndicesThatDidNotChangeWithTheOffsetsSign) {
  const PortSpec added = spec(k1_14, kLinux, kAmd64);
  const PortSpec subtracted = spec(k1_15, kLinux, kAmd64);
  EXPECT_EQ(added.arena_base_offset, 0x0000'8000'0000'0000U);
  EXPECT_TRUE(added.arena_base_offset_is_added);
  EXPECT_EQ(subtracted.arena_base_offset, 0xffff'8000'0000'0000U);
  EXPECT_FALSE(subtracted.arena_base_offset_is_added);
  for (const std::uint64_t address :
       {std::uint64_t{0}, std::uint64_t{0x00c0'0000'0000}, std::uint64_t{0x7fff'ffff'ffff},
        std::uint64_t{0xffff'8000'0000'0000}, ~std::uint64_t{0}}) {
    EXPECT_EQ(added.arena_index(address), subtracted.arena_index(address));
    EXPECT_TRUE(added.is_addressable(address));
  }
  EXPECT_EQ(added.arena_index(0x00c0'0000'0000), 0x20'3000U);
  EXPECT_EQ(spec(k1_11, kLinux, kArm64).arena_index(0x0040'0000'0000), 0x1000U);
  EXPECT_FALSE(added.is_addressable(0x0000'8000'0000'0000));

  EXPECT_EQ(spec(k1_13, kAix, kPpc64).arena_base_offset, 0U);
  EXPECT_EQ(spec(k1_14, kAix, kPpc64).arena_base_offset, 0xf600'0000'0000'0000U);
  EXPECT_EQ(spec(k1_15, kAix, kPpc64).arena_base_offset, 0x0a00'0000'0000'0000U);
  for (const Release release : {k1_14, k1_15}) {
    const PortSpec aix = spec(release, kAix, kPpc64);
    EXPECT_EQ(aix.arena_index(0x0a00'0000'0000'0000), 0U);
    EXPECT_FALSE(aix.is_addressable(0x00c0'0000'0000));
  }
}

TEST(Arenas, HaveIndexAndBaseThatAreInverse) {
  for_every_port([](const PortSpec& port) {
    const std::uint64_t last = port.num_arenas() - 1;
    for (const std::uint64_t index :
         {std::uint64_t{0}, std::uint64_t{1}, last / 2, last - 1, last}) {
      const std::uint64_t base = port.arena_base(index);
      EXPECT_EQ(port.arena_index(base), index);
      EXPECT_EQ(port.arena_index(base + port.heap_arena_bytes - 1), index);
      EXPECT_TRUE(port.is_addressable(base));
    }
    EXPECT_FALSE(port.is_addressable(port.arena_base(last) + port.heap_arena_bytes));
    EXPECT_FALSE(port.is_addressable(port.arena_base(0) - 1));
  });
}

TEST(Pages, HaveTheKnownLimits) {
  for_every_port([](const PortSpec& port) {
    EXPECT_EQ(port.page_shift, 13U);
    EXPECT_EQ(port.page_size, 8192U);
    EXPECT_EQ(port.min_phys_page_size, 4096U);
    const bool small_chunks = port.goarch == kWasm && port.release >= k1_26;
    const bool chunks = port.release >= k1_14;
    EXPECT_EQ(port.max_phys_page_size, chunks ? 524288U : 0U);
    EXPECT_EQ(port.max_phys_huge_page_size, !chunks ? 0U : small_chunks ? 524288U : 4194304U);
    EXPECT_EQ(port.heap_growth_unit, !chunks ? 8192U : small_chunks ? 524288U : 4194304U);
  });
}

TEST(PageAllocator, HasTheKnownTrees) {
  struct Expected {
    Release release;
    Goos goos;
    Goarch goarch;
    unsigned levels;
    unsigned l0_bits;
    unsigned packed_bits;
    unsigned chunks_l1;
    unsigned chunks_l2;
  };
  const Expected expected[] = {
      {k1_14, kLinux, kAmd64, 5, 14, 21, 13, 13}, {k1_27, kWindows, kArm64, 5, 14, 21, 13, 13},
      {k1_14, kLinux, k386, 4, 1, 18, 0, 10},     {k1_27, kLinux, kMips, 4, 0, 18, 0, 9},
      {k1_14, kDarwin, kArm64, 4, 2, 18, 0, 11},  {k1_16, kDarwin, kArm64, 5, 14, 21, 13, 13},
      {k1_16, kIos, kArm64, 5, 6, 21, 13, 5},     {k1_14, kJs, kWasm, 4, 1, 18, 0, 10},
      {k1_26, kWasip1, kWasm, 4, 4, 15, 0, 13},   {k1_14, kLinux, kMips64, 5, 14, 21, 13, 13},
  };
  for (const Expected& row : expected) {
    const PortSpec port = spec(row.release, row.goos, row.goarch);
    SCOPED_TRACE(describe(port));
    EXPECT_EQ(port.page_allocator.summary_levels, row.levels);
    EXPECT_EQ(port.page_allocator.summary_l0_bits, row.l0_bits);
    EXPECT_EQ(port.page_allocator.log_max_packed_value, row.packed_bits);
    EXPECT_EQ(port.page_allocator.chunks_l1_bits, row.chunks_l1);
    EXPECT_EQ(port.page_allocator.chunks_l2_bits, row.chunks_l2);
    EXPECT_EQ(port.page_allocator.one_reservation, row.levels == 4);
  }

  const PageAllocatorSpec pages = spec(k1_14, kLinux, kAmd64).page_allocator;
  EXPECT_EQ(pages.level_bits, (std::array<unsigned, 5>{14, 3, 3, 3, 3}));
  EXPECT_EQ(pages.level_shift, (std::array<unsigned, 5>{34, 31, 28, 25, 22}));
  EXPECT_EQ(pages.level_log_pages, (std::array<unsigned, 5>{21, 18, 15, 12, 9}));
  EXPECT_EQ(pages.level_bytes,
            (std::array<std::uint64_t, 5>{128 << 10, 1 << 20, 8 << 20, 64 << 20, 512 << 20}));
  const PageAllocatorSpec small = spec(k1_14, kLinux, k386).page_allocator;
  EXPECT_EQ(small.level_shift, (std::array<unsigned, 5>{31, 28, 25, 22, 0}));
  EXPECT_EQ(small.level_bytes, (std::array<std::uint64_t, 5>{16, 128, 1024, 8192, 0}));
}

// What programs were seen to reserve (docs/COMMAND.md, observe).
TEST(StartSpace, HasTheKnownIndexOfTheScavenger) {
  const auto bytes = [](Release release, Goos goos, Goarch goarch) {
    return scavenge_index_bytes(spec(release, goos, goarch));
  };
  EXPECT_EQ(bytes(k1_18, kLinux, kAmd64), 0U);
  EXPECT_EQ(bytes(k1_19, kLinux, kAmd64), 8U << 20);
  EXPECT_EQ(bytes(k1_20, kLinux, kArm64), 8U << 20);
  EXPECT_EQ(bytes(k1_21, kLinux, kAmd64), 512U << 20);
  EXPECT_EQ(bytes(k1_27, kLinux, kRiscv64), 512U << 20);
  EXPECT_EQ(bytes(k1_21, kIos, kArm64), 2U << 20);
  EXPECT_EQ(bytes(k1_21, kLinux, k386), 0U);
  EXPECT_EQ(bytes(k1_21, kJs, kWasm), 0U);
}

// The least limits with which programs were seen to start lie a few MiB above, which their images
// and stacks take: 101 MiB with release 1.13, 690 to 703 MiB from 1.14 on; 6 MiB on 386.
TEST(StartSpace, IsALittleLessThanTheLeastLimitThatWasMeasured) {
  const auto bytes = [](Release release, Goarch goarch) {
    return address_space_at_start(spec(release, kLinux, goarch));
  };
  constexpr std::uint64_t kMiB = 1 << 20;
  EXPECT_EQ(bytes(k1_13, kAmd64) / kMiB, 98U);
  EXPECT_EQ(bytes(k1_14, kAmd64) / kMiB, 684U);
  EXPECT_EQ(bytes(k1_19, kAmd64) / kMiB, 684U);
  EXPECT_EQ(bytes(k1_25, kAmd64) / kMiB, 682U);
  EXPECT_EQ(bytes(k1_19, k386) / kMiB, 4U);
  EXPECT_EQ(address_space_at_start(spec(k1_24, kJs, kWasm)), 0U);
  EXPECT_EQ(address_space_at_start(spec(k1_19, kPlan9, kAmd64)), 0U);
  EXPECT_EQ(initial_memory_beyond_data(spec(k1_23, kJs, kWasm)), 16 * kMiB);
  EXPECT_EQ(initial_memory_beyond_data(spec(k1_24, kWasip1, kWasm)), kMiB);
  EXPECT_EQ(initial_memory_beyond_data(spec(k1_24, kLinux, kAmd64)), 0U);
}

TEST(PageAllocator, CoversTheAddressSpaceOfEveryPort) {
  for_every_port([](const PortSpec& port) {
    const PageAllocatorSpec& pages = port.page_allocator;
    if (port.release < k1_14) {
      EXPECT_EQ(pages.summary_levels, 0U);
      EXPECT_EQ(pages.chunk_bytes, 0U);
      return;
    }
    unsigned bits = 0;
    for (unsigned level = 0; level < pages.summary_levels; ++level) {
      bits += pages.level_bits[level];
      EXPECT_EQ(pages.level_shift[level] + bits, port.heap_addr_bits);
      EXPECT_EQ(pages.level_entries[level] << pages.level_shift[level],
                std::uint64_t{1} << port.heap_addr_bits);
      EXPECT_EQ(pages.level_log_pages[level] + port.page_shift, pages.level_shift[level]);
    }
    EXPECT_EQ(pages.level_log_pages[pages.summary_levels - 1], pages.log_chunk_pages);
    EXPECT_EQ(pages.level_log_pages[0], pages.log_max_packed_value);
    EXPECT_EQ(pages.chunks_l1_bits + pages.chunks_l2_bits + pages.log_chunk_pages + port.page_shift,
              port.heap_addr_bits);
    EXPECT_LE(3 * pages.log_max_packed_value, 63U);
    EXPECT_LE(pages.chunk_bytes, port.heap_arena_bytes);
  });
}

TEST(SmallObjects, HaveTheKnownLimits) {
  EXPECT_EQ(spec(k1_15, kLinux, kAmd64).num_size_classes, 67U);
  EXPECT_EQ(spec(k1_16, kLinux, kAmd64).num_size_classes, 68U);
  EXPECT_EQ(spec(k1_21, kLinux, kAmd64).min_size_for_malloc_header, 0U);
  EXPECT_EQ(spec(k1_22, kLinux, kAmd64).min_size_for_malloc_header, 512U);
  EXPECT_EQ(spec(k1_22, kLinux, k386).min_size_for_malloc_header, 128U);
  EXPECT_EQ(spec(k1_21, kLinux, kAmd64).max_small_request, 32768U);
  EXPECT_EQ(spec(k1_22, kLinux, kAmd64).max_small_request, 32760U);
}

TEST(SmallObjects, AreAlignedInTinyBlocks) {
  const std::uint64_t expected[] = {0, 1, 2, 1, 4, 1, 2, 1, 8, 1, 2, 1, 4, 1, 2, 1};
  for_every_port([&](const PortSpec& port) {
    for (std::uint64_t size = 1; size < 16; ++size) {
      const bool padded = size == 12 && port.ptr_size == 4 && port.release >= k1_16;
      EXPECT_EQ(formula::tiny_alignment(port, size), padded ? 8 : expected[size]) << size;
    }
  });
}

TEST(SmallObjects, HaveDeferRecordsOfTheirRelease) {
  EXPECT_EQ(spec(k1_11, kLinux, kAmd64).defer_header_bytes, 48U);
  EXPECT_EQ(spec(k1_13, kLinux, k386).defer_header_bytes, 28U);
  EXPECT_EQ(spec(k1_14, kLinux, kAmd64).defer_header_bytes, 72U);
  EXPECT_EQ(spec(k1_17, kLinux, k386).defer_header_bytes, 40U);
  EXPECT_EQ(spec(k1_18, kLinux, kAmd64).defer_header_bytes, 0U);

  const PortSpec port = spec(k1_11, kLinux, kAmd64);
  EXPECT_EQ(formula::defer_class(port, 0), 0U);
  EXPECT_EQ(formula::defer_class(port, 1), 1U);
  EXPECT_EQ(formula::defer_class(port, 16), 1U);
  EXPECT_EQ(formula::defer_class(port, 17), 2U);
  EXPECT_EQ(formula::total_defer_size(port, 0), 48U);
  EXPECT_EQ(formula::total_defer_size(port, 17), 65U);
}

TEST(Spec, IsConsistentForEveryPort) {
  std::size_t ports = 0;
  for_every_port([&](const PortSpec& port) {
    ++ports;
    EXPECT_EQ(port.ptr_size, pointer_size(port.goarch));
    EXPECT_EQ(port.arena_bits, port.arena_l1_bits + port.arena_l2_bits);
    EXPECT_EQ(port.arena_bits + port.log_heap_arena_bytes, port.heap_addr_bits);
    EXPECT_EQ(port.heap_arena_bytes, std::uint64_t{1} << port.log_heap_arena_bytes);
    EXPECT_EQ(port.pages_per_arena * port.page_size, port.heap_arena_bytes);
    EXPECT_TRUE(std::has_single_bit(port.fixed_stack));
    EXPECT_GE(port.fixed_stack, port.stack_min + port.stack_system);
    EXPECT_LT(port.fixed_stack, 2 * (port.stack_min + port.stack_system));
    EXPECT_LT(port.stack_guard, port.fixed_stack);
    EXPECT_EQ(port.stack_cache_size % port.page_size, 0U);
    EXPECT_EQ(port.max_alloc >> port.heap_addr_bits, port.ptr_size == 8 ? 1U : 0U);
    EXPECT_EQ(port.sbrk, port.goos == kPlan9 || port.goarch == kWasm);
    EXPECT_EQ(port.heap_start == HeapStart::kBreak, port.sbrk && port.release >= k1_24);
    if (port.uses_32_bit_start()) {
      EXPECT_TRUE(port.ptr_size == 4 || port.goarch == kWasm);
    }
  });
  EXPECT_EQ(ports, 769U + 150U);  // the releases' ports and race ports, summed
}

TEST(Spec, ComparesItsNumbersToo) {
  PortSpec changed = spec(k1_11, kLinux, kAmd64);
  EXPECT_TRUE(changed == spec(k1_11, kLinux, kAmd64));
  changed.heap_addr_bits = 39;
  EXPECT_FALSE(changed == spec(k1_11, kLinux, kAmd64));
}

// A PortSpec can be a template argument, so that the core is built for a port's numbers.
template <PortSpec kSpec>
constexpr std::uint64_t stack_of_order(unsigned order) {
  return kSpec.fixed_stack << order;
}
static_assert(stack_of_order<spec(k1_11, kPlan9, kArm)>(1) == 8192);

}  // namespace
}  // namespace Atoll::port
