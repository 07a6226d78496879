// Prepares the machine for Arm64Os: divides up its memory, makes its page tables, calls the
// program.
//
//     2^30         2^30 + 2 MiB                                         the end
//     | not mapped | the program | regions | bitmap of frames | frames ... |

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "os/arm64/arm64_os.h"
#include "os/arm64/frames.h"
#include "os/arm64/image.h"
#include "os/arm64/page_tables.h"
#include "os/arm64/semihosting.h"
#include "os/arm64/translation_cache.h"
#include "os/arm64/virtual_space.h"
#include "os/backend/arguments.h"
#include "os/base/bits.h"

// The start code continues with a C++ library's function, if there is one, which calls main() and
// ends the program; otherwise with main(). (To a compiler for a target without a system, main() is
// a function like any other.)
extern "C" [[gnu::weak]] void atoll_start(int argc, char** argv);
int main(int argc, char** argv);  // NOLINT(misc-use-internal-linkage): the program's

namespace Atoll::os {
namespace arm64 {
namespace {

constexpr std::uint64_t kPage = PageTables::kPageBytes;
constexpr std::uint64_t kBlock = PageTables::kBlockBytes;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

// A region may be as small as a page, but most are larger: the table has an entry for every 16
// pages.
constexpr std::uint64_t kMemoryPerRegion = 16 * kPage;

constinit Frames frames;
constinit TranslationCache translation_cache;
constinit PageTables tables(frames, translation_cache);
constinit VirtualSpace space(tables);
constinit Arm64Os arm64_os(space);

Range from_to(Address begin, Address end) { return {begin, end - begin}; }

[[noreturn]] void give_up() {
  arm64_os.write("start: not enough memory\n");
  arm64_os.abort();
}

void map_in_place(Range range, std::uint64_t leaf_bytes) {
  if (!tables.map(range, range.base, Rights::kReadWrite, leaf_bytes)) give_up();
}

// None of these calls can fail, because none cuts a block.
void protect_image() {
  const Address text = Address::of(image::text);
  const Address constants = Address::of(image::constants);
  (void)tables.protect(from_to(text, constants), Rights::kReadExecute);
  (void)tables.protect(from_to(constants, Address::of(image::data)), Rights::kReadOnly);
  (void)tables.unmap({Address::of(image::fault_guard), kPage});
  (void)tables.unmap({Address::of(image::stack_guard), kPage});
}

}  // namespace

// start.S calls this. It returns the table of level 1.
extern "C" std::uint64_t atoll_make_tables();

std::uint64_t atoll_make_tables() {
  const Address begin = Address::of(image::text);
  const Address end = semihosting::end_of_memory().aligned_down(kBlock);
  Address free = Address::of(image::end).aligned_up(kPage);
  if (end <= free) give_up();

  const auto region_count = static_cast<std::size_t>((end - free) / kMemoryPerRegion);
  const std::span<sim::Region> regions(static_cast<sim::Region*>(free.pointer()), region_count);
  free = (free + regions.size_bytes()).aligned_up(kPage);
  frames.init(from_to(free, end));

  // Maps pages where rights differ from page to page, and blocks after that.
  if (!tables.init()) give_up();
  const Address blocks = Address::of(image::end).aligned_up(kBlock);
  map_in_place(from_to(begin, blocks), kPage);
  map_in_place(from_to(blocks, end), kBlock);
  protect_image();

  const Address lowest = std::max(end, Address(4 * kGiB)).aligned_up(kGiB);
  space.init(from_to(lowest, Address(std::uint64_t{1} << PageTables::kAddressBits)), regions);
  return tables.root().value();
}

namespace {

// The thread pointer points to two words that belong to the language. The variables follow where
// the linker expects them: at the same distance from a multiple of their alignment as their initial
// values.
void make_thread_locals() {
  constexpr std::uint64_t kWords = 16;
  const std::uint64_t alignment = Address::of(image::thread_alignment).value();
  const std::uint64_t misplaced = Address::of(image::thread_begin).value() - kWords;
  const std::uint64_t head = kWords + (misplaced & (alignment - 1));
  const auto size = static_cast<std::uint64_t>(image::thread_zero_end - image::thread_begin);
  const Allocation block = arm64_os.alloc(round_up(head + size, kPage));
  if (!block.ok()) give_up();
  std::memcpy((block.base + head).pointer(), image::thread_begin,
              static_cast<std::size_t>(image::thread_end - image::thread_begin));
  __asm__ volatile("msr tpidr_el0, %0" ::"r"(block.base.value()));
}

void run_constructors() {
  for (auto* construct = image::constructors_begin; construct != image::constructors_end;
       ++construct) {
    (*construct)();
  }
}

}  // namespace

// start.S calls this, with the tables in use.
extern "C" [[noreturn]] void atoll_run();

void atoll_run() {
  make_thread_locals();
  CommandLine line{};
  semihosting::command_line(line);
  Arguments arguments(line);
  if (atoll_start != nullptr) atoll_start(arguments.count(), arguments.words());
  run_constructors();
  semihosting::exit(main(arguments.count(), arguments.words()));
}

}  // namespace arm64

Os& native() { return arm64::arm64_os; }

}  // namespace Atoll::os
