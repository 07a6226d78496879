#include "hosts/base/guest_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <memory>
#include <vector>

#include "os/sim/presets.h"

namespace Atoll::hosts {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// Something that the books cannot know of, where the rules put the guest's next mapping.
class Obstacle {
 public:
  explicit Obstacle(Range range)
      : size_(static_cast<std::size_t>(range.size)),
        memory_(::mmap(range.base.pointer(), size_, PROT_NONE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0)) {
    EXPECT_EQ(memory_, range.base.pointer());
  }
  ~Obstacle() { ::munmap(memory_, size_); }
  Obstacle(const Obstacle&) = delete;
  Obstacle& operator=(const Obstacle&) = delete;

 private:
  std::size_t size_;
  void* memory_;
};

// Where the next mapping of this size would be.
Address next_place(GuestMemory& memory, std::uint64_t size) {
  const Mapping mapping = memory.map(Address(), size, PROT_NONE);
  EXPECT_EQ(mapping.failure, MemoryFailure::kNone);
  EXPECT_EQ(memory.unmap({mapping.base, size}), MemoryFailure::kNone);
  return mapping.base;
}

TEST(GuestMemory, MapsAroundWhatNobodyTellsIt) {
  const auto memory = std::make_unique<GuestMemory>(os::sim::presets::linux_amd64(),
                                                    [] { return std::vector<Range>{}; });
  for (const std::uint64_t size : {std::uint64_t{64} << 10, kMiB, 32 * kMiB}) {
    const Address place = next_place(*memory, size);
    // At its beginning, in the middle, and at its end.
    for (const std::uint64_t offset : {std::uint64_t{0}, size / 2, size - 4096}) {
      const Obstacle obstacle({place + offset, 4096});
      const Mapping mapping = memory->map(Address(), size, PROT_READ | PROT_WRITE);
      ASSERT_EQ(mapping.failure, MemoryFailure::kNone);
      EXPECT_FALSE((Range{mapping.base, size}.contains(place + offset)));
      *static_cast<char*>(mapping.base.pointer()) = 1;
      EXPECT_EQ(memory->unmap({mapping.base, size}), MemoryFailure::kNone);
    }
  }
}

TEST(GuestMemory, TellsWhenThereIsNoRoomAtAll) {
  const auto memory = std::make_unique<GuestMemory>(os::sim::presets::linux_amd64());
  EXPECT_EQ(memory->map(Address(), std::uint64_t{1} << 48, PROT_NONE).failure,
            MemoryFailure::kNoMemory);
}

}  // namespace
}  // namespace Atoll::hosts
