// Attacks the face of the fixed heap, in every kind: requests, mistakes, and buffers that are no
// good.
//
// The first byte chooses the kind of heap, and the next five the sizes of its buffers. The rest are
// requests.
#include <cstddef>
#include <optional>
#include <vector>

#include "tests/fixed/kinds.h"
#include "tests/fixed/model.h"
#include "tests/fuzz/fuzz.h"
#include "tests/heap/request_source.h"

namespace Atoll::test {
namespace {

// Tiny ones, some of which the heap refuses, and up to 16 KiB.
std::size_t size_of(std::uint8_t byte) {
  return byte < 64 ? 4 * std::size_t{byte} + 1 : (std::size_t{byte} - 60) * 83;
}

template <typename Heap>
std::string run(FuzzInput input) {
  std::vector<std::size_t> sizes = {kSmallestBuffer<Heap> + size_of(take_byte(input))};
  while (sizes.size() < 5) sizes.push_back(size_of(take_byte(input)));
  FixedModel<Heap> model(sizes, 64);
  bool is_right = true;
  while (is_right) {
    const std::optional<Request> request = decode(input);
    if (!request.has_value()) break;
    is_right = model.execute(*request);
  }
  if (is_right && model.check() && model.free_all()) (void)model.check();
  return model.failure();
}

}  // namespace

std::string fuzz(FuzzInput input) {
  switch (take_byte(input) % 7) {
    case 0:
      return run<FixedHeap>(input);
    case 1:
      return run<LargeFixedHeap>(input);
    case 2:
      return run<BasicFixedHeap<QuickOptions>>(input);
    case 3:
      return run<BasicFixedHeap<QuickLargeOptions>>(input);
    case 4:
      return run<BasicFixedHeap<OwnersOptions>>(input);
    case 5:
      return run<BasicFixedHeap<FillOptions>>(input);
    default:
      return run<BasicFixedHeap<EverythingOptions>>(input);
  }
}

}  // namespace Atoll::test
