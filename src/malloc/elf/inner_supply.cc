#include "src/malloc/inner_supply.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "src/policy.h"

namespace Atoll::inner_supply {
namespace {

using Class = policy::BlockCount;
constexpr std::array kClasses = policy::kInnerBlocks;

// Blocks lie at multiples of their size, up to this.
constexpr std::size_t kMostAlignment = 4096;

constexpr std::size_t kBitsPerWord = 32;
constexpr std::size_t word_count(const Class& c) {
  return (c.count + kBitsPerWord - 1) / kBitsPerWord;
}

constexpr std::size_t total_bytes() {
  std::size_t bytes = 0;
  for (const Class& c : kClasses) bytes += c.size * c.count;
  return bytes;
}
constexpr std::size_t total_words() {
  std::size_t words = 0;
  for (const Class& c : kClasses) words += word_count(c);
  return words;
}
static_assert(std::ranges::all_of(kClasses, [](const Class& c) {
  return c.size * c.count % kMostAlignment == 0;
}));

struct alignas(kMostAlignment) Memory {
  std::array<std::byte, total_bytes()> bytes;
};
constinit Memory memory{};
constinit std::array<std::atomic<std::uint32_t>, total_words()> taken{};  // a bit for each block

// The part of both arrays that belongs to one class.
struct Part {
  std::size_t size;
  std::size_t count;
  std::byte* blocks;
  std::atomic<std::uint32_t>* words;
};

// Calls visit(part) for each part, the smallest blocks first, until a call returns true.
template <typename Visit>
void find_part(Visit visit) {
  std::byte* blocks = memory.bytes.data();
  std::atomic<std::uint32_t>* words = taken.data();
  for (const Class& c : kClasses) {
    if (visit(Part{c.size, c.count, blocks, words})) return;
    blocks += c.size * c.count;
    words += word_count(c);
  }
}

void* take(const Part& part) {
  for (std::size_t first = 0; first < part.count; first += kBitsPerWord) {
    std::atomic<std::uint32_t>& word = part.words[first / kBitsPerWord];
    std::uint32_t value = word.load(std::memory_order_relaxed);
    for (;;) {
      const auto bit = static_cast<unsigned>(std::countr_one(value));
      if (bit >= kBitsPerWord || first + bit >= part.count) break;
      const std::uint32_t mask = std::uint32_t{1} << bit;
      value = word.fetch_or(mask, std::memory_order_acquire);
      if ((value & mask) == 0) return part.blocks + (first + bit) * part.size;
    }
  }
  return nullptr;
}

// The part with a block that begins at `p`, and the block's number in it. An empty part: no block.
Part part_of(const void* p, std::size_t* number) {
  Part result{};
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  find_part([&](const Part& part) {
    const std::uintptr_t offset = address - reinterpret_cast<std::uintptr_t>(part.blocks);
    if (offset >= part.size * part.count) return false;
    *number = offset / part.size;
    if (offset % part.size == 0) result = part;
    return true;
  });
  return result;
}

}  // namespace

void* allocate(std::size_t size, std::size_t alignment) {
  if (alignment > kMostAlignment) return nullptr;
  void* block = nullptr;
  find_part([&](const Part& part) {
    if (part.size >= size && part.size >= alignment) block = take(part);
    return block != nullptr;
  });
  return block;
}

bool release(void* p) {
  std::size_t number = 0;
  const Part part = part_of(p, &number);
  if (part.size == 0) return false;
  const std::uint32_t mask = std::uint32_t{1} << number % kBitsPerWord;
  return (part.words[number / kBitsPerWord].fetch_and(~mask, std::memory_order_release) & mask) !=
         0;
}

std::size_t usable_size(const void* p) {
  std::size_t number = 0;
  return part_of(p, &number).size;
}

}  // namespace Atoll::inner_supply
