#include "src/malloc/heap_profile.h"

#include <algorithm>
#include <new>

#include "os/base/text.h"

namespace Atoll {

// Its frames follow it in memory.
struct HeapProfile::Bucket {
  Bucket* next = nullptr;
  std::uint64_t size = 0;
  std::uint64_t taken = 0;
  std::uint64_t freed = 0;
  std::size_t depth = 0;

  std::uintptr_t* frames() { return reinterpret_cast<std::uintptr_t*>(this + 1); }
  bool is_of(std::span<const std::uintptr_t> stack, std::uint64_t bytes) {
    return size == bytes && std::ranges::equal(std::span(frames(), depth), stack);
  }
};

namespace {

std::uint64_t hash_of(std::span<const std::uintptr_t> stack, std::uint64_t size) {
  constexpr std::uint64_t kGoldenRatio = 0x9e3779b97f4a7c15;
  std::uint64_t hash = size;
  for (const std::uintptr_t frame : stack) {
    hash = (hash ^ frame) * kGoldenRatio;
    hash ^= hash >> 32;
  }
  return hash;
}

// Of some buckets.
struct Sums {
  std::uint64_t objects_in_use = 0;
  std::uint64_t bytes_in_use = 0;
  std::uint64_t objects_ever = 0;
  std::uint64_t bytes_ever = 0;

  Line line() const {
    Line line;
    line << objects_in_use << ": " << bytes_in_use << " [" << objects_ever << ": " << bytes_ever
         << "] @";
    return line;
  }
};

}  // namespace

void HeapProfile::init(const Platform& platform) {
  platform_ = &platform;
  memory_.init(platform, counters_);
}

HeapProfile::Bucket* HeapProfile::find(std::span<const std::uintptr_t> stack, std::uint64_t size) {
  if (table_ == nullptr) {
    table_ = memory_.alloc_array<Chain>(kTableSize, MemoryKind::kProfiling);
    if (table_ == nullptr) return nullptr;
  }
  Bucket** link = &table_[hash_of(stack, size) % kTableSize].first;
  for (; *link != nullptr; link = &(*link)->next) {
    if ((*link)->is_of(stack, size)) return *link;
  }
  void* const memory =
      memory_.alloc(sizeof(Bucket) + stack.size_bytes(), alignof(Bucket), MemoryKind::kProfiling);
  if (memory == nullptr) return nullptr;
  auto* const bucket = new (memory) Bucket;
  bucket->size = size;
  bucket->depth = stack.size();
  std::ranges::copy(stack, bucket->frames());
  *link = bucket;
  return bucket;
}

void* HeapProfile::add(std::span<const std::uintptr_t> stack, std::uint64_t size) {
  const LockGuard guard(lock_, platform_->os);
  Bucket* const bucket = find(stack.first(std::min(stack.size(), kMostFrames)), size);
  if (bucket != nullptr) ++bucket->taken;
  return bucket;
}

void HeapProfile::remove(void* bucket) {
  if (bucket == nullptr) return;
  const LockGuard guard(lock_, platform_->os);
  ++static_cast<Bucket*>(bucket)->freed;
}

void HeapProfile::write(std::uint64_t rate, const Writer& writer) {
  const LockGuard guard(lock_, platform_->os);
  const auto for_each_bucket = [this](auto visit) {
    if (table_ == nullptr) return;
    for (const Chain& chain : std::span(table_, kTableSize)) {
      for (Bucket* bucket = chain.first; bucket != nullptr; bucket = bucket->next) visit(*bucket);
    }
  };
  const auto add = [](Sums& sums, const Bucket& bucket) {
    const std::uint64_t in_use = bucket.taken - bucket.freed;
    sums.objects_in_use += in_use;
    sums.bytes_in_use += in_use * bucket.size;
    sums.objects_ever += bucket.taken;
    sums.bytes_ever += bucket.taken * bucket.size;
  };
  Sums all;
  for_each_bucket([&](const Bucket& bucket) { add(all, bucket); });
  writer("heap profile: ");
  writer(all.line().view());
  Line kind;
  writer((kind << " heap_v2/" << rate << "\n").view());
  for_each_bucket([&](Bucket& bucket) {
    Sums of_it;
    add(of_it, bucket);
    writer(of_it.line().view());
    for (const std::uintptr_t frame : std::span(bucket.frames(), bucket.depth)) {
      Line address;
      writer((address << " " << Address(frame)).view());
    }
    writer("\n");
  });
}

std::uint64_t HeapProfile::bytes() const {
  return counters_.get(MemoryKind::kProfiling) + counters_.get(MemoryKind::kOther);
}

}  // namespace Atoll
