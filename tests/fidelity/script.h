// Many requests of all kinds, and the heap's answers compared with the oracle's.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "tests/fidelity/oracle.h"
#include "tests/fidelity/traced_heap.h"

namespace Atoll::test {

struct Request {
  enum class Kind : std::uint8_t { kNoscan, kScan, kZeroed, kStack };
  Kind kind = Kind::kNoscan;
  std::size_t size = 0;
};

// Every size class, scan and noscan, tiny objects in between, stacks of every order, and large
// ones; in the middle one that no arena holds, so that the heap crosses into others.
inline std::vector<Request> script(const port::PortSpec& spec, unsigned seed) {
  using Kind = Request::Kind;
  constexpr std::size_t kOver64MiB = std::size_t{65 << 20} + 1;
  std::mt19937 random(seed);
  const auto below = [&random](std::size_t limit) {
    return static_cast<std::size_t>(random() % limit);
  };
  std::vector<Request> requests;
  const port::SizeClassTable& table = port::size_classes(spec.release);
  for (const Kind kind : {Kind::kNoscan, Kind::kScan}) {
    for (unsigned i = 1; i < table.count; ++i) {
      const std::size_t size = std::min<std::size_t>(
          table.classes[i].size, static_cast<std::size_t>(spec.max_small_request));
      requests.push_back({kind, size});
      requests.push_back({kind, table.classes[i - 1].size + std::size_t{1}});
    }
  }
  std::shuffle(requests.begin(), requests.end(), random);
  const auto any_kind = [&] { return static_cast<Kind>(below(3)); };
  for (int i = 0; i < 3000; ++i) {
    const std::size_t choice = below(100);
    if (choice < 30) {
      requests.push_back({Kind::kNoscan, 1 + below(15)});
    } else if (choice < 60) {
      requests.push_back({any_kind(), 1 + below(1024)});
    } else if (choice < 85) {
      requests.push_back({any_kind(), 1 + below(std::size_t{256} << below(8))});
    } else if (choice < 96) {
      const std::size_t fixed = static_cast<std::size_t>(spec.fixed_stack);
      requests.push_back({Kind::kStack, fixed << below(spec.num_stack_orders)});
    } else if (choice < 97) {
      requests.push_back({Kind::kStack, std::size_t{32768} << below(3)});
    } else {
      requests.push_back({any_kind(), 32769 + below(60'000)});
    }
  }
  // Not zeroed, so that not all of it is touched.
  requests.insert(requests.begin() + 2000, {Kind::kScan, kOver64MiB});
  return requests;
}

inline Address answer(TracedHeap& heap, const Request& request) {
  switch (request.kind) {
    case Request::Kind::kNoscan:
      return heap.address(heap.heap().allocate(request.size));
    case Request::Kind::kScan:
      return heap.address(heap.heap().allocate(request.size, Scan::kScan));
    case Request::Kind::kZeroed:
      return heap.address(heap.heap().allocate_zeroed(request.size, Scan::kScan));
    case Request::Kind::kStack:
      return heap.address(heap.heap().stack_allocate(request.size).base);
  }
  return Address();
}

inline Address expected(HeapOracle& oracle, const Request& request) {
  if (request.kind == Request::Kind::kStack) return oracle.stack(request.size);
  return oracle.object(request.size, request.kind == Request::Kind::kNoscan);
}

inline void expect_addresses(TracedHeap& heap, unsigned seed) {
  ASSERT_EQ(heap.failure(), "");
  HeapOracle oracle(heap);
  std::size_t number = 0;
  for (const Request& request : script(heap.platform().spec, seed)) {
    const Address got = answer(heap, request);
    const Address wanted = expected(oracle, request);
    ASSERT_EQ(oracle.error(), "") << "request " << number;
    ASSERT_EQ(got.value(), wanted.value())
        << std::hex << "got 0x" << got.value() << " instead of 0x" << wanted.value() << std::dec
        << " for request " << number << ", of " << request.size << " bytes, kind "
        << static_cast<int>(request.kind);
    ++number;
    // Among several pieces of free pages, releases from 1.14 choose the lowest; Atoll keeps to the
    // best fit of the releases before.
    if (heap.platform().spec.since(port::Release::k1_14) && !oracle.is_in_one_piece()) break;
  }
  EXPECT_GT(number, 250U);
  EXPECT_TRUE(heap.has_all_calls());
}

}  // namespace Atoll::test
