// Buffers that a fixed heap must refuse, and the reasons that it must give.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "tests/fixed/buffer.h"
#include "tests/heap/request.h"

namespace Atoll::test {

struct Offer {
  void* begin = nullptr;
  std::size_t size = 0;
  const char* why = "";
};

// The smallest buffer has room for the heap's own, two words of bits, and a block of 16 bytes.
template <class Heap>
constexpr std::size_t kSmallestBuffer = sizeof(Heap) + 8 + 16;

// Buffers that no heap takes. `spare` is memory that no heap has.
template <class Heap, class Index>
Offer offer_to_any(std::uint64_t choice, Buffer& spare) {
  constexpr const char* kWraps = "the buffer reaches beyond the end of the address space";
  const auto detail = static_cast<std::size_t>(mix(choice));
  const auto address = reinterpret_cast<std::uintptr_t>(spare.begin());
  switch (choice % 5) {
    case 0:
      return {nullptr, detail, "the buffer is null"};
    case 1:
      return {spare.begin() + 1 + detail % 7, detail, "the buffer is not at a multiple of 8"};
    case 2:
      return {spare.begin(), kMostSize - detail % address, kWraps};
    case 3:
      return {spare.begin(), detail % kSmallestBuffer<Heap>, "the buffer is too small"};
    default: {
      // Index 0 to the last one are pages.
      const std::uint64_t reach = (std::uint64_t{std::numeric_limits<Index>::max()} + 1) * 8;
      const std::uint64_t room = kMostSize - address;
      if (reach + 8 >= room) return {nullptr, 0, "the buffer is null"};
      const std::uint64_t more = choice / 5 % 2 == 0 ? 0 : detail % (room - reach - 8);
      return {spare.begin(), static_cast<std::size_t>(reach + 8 + more),
              "the buffer is larger than the index reaches"};
    }
  }
}

// Buffers that share a byte or more with one that the heap has.
inline Offer offer_overlap(std::uint64_t choice,
                           const std::vector<std::unique_ptr<Buffer>>& buffers) {
  constexpr std::size_t kEnough = 1024;  // for a heap
  Buffer& buffer = *buffers[static_cast<std::size_t>(choice / 4) % buffers.size()];
  const auto detail = static_cast<std::size_t>(mix(choice));
  const auto address = reinterpret_cast<std::uintptr_t>(buffer.begin());
  std::uintptr_t begin = address;
  std::size_t size = kEnough + detail % kEnough;
  switch (choice % 4) {
    case 0:  // from in front of it into its first byte
      begin = address - size / 8 * 8;
      size = size / 8 * 8 + 1;
      break;
    case 1:
      begin = address + detail % buffer.size() / 8 * 8;
      break;
    case 2:  // its last page
      begin = address + buffer.size() - 8;
      break;
    default:  // all of it, and more on both sides
      begin = address - kEnough;
      size = buffer.size() + 2 * kEnough;
      break;
  }
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that memory need not exist.
  return {reinterpret_cast<void*>(begin), size, "the buffer overlaps one that the heap has"};
}

}  // namespace Atoll::test
