#include "src/malloc/heap_profile.h"

#include <algorithm>
#include <new>

#include "src/base/text.h"

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

struct Sums {
  std::uint64_t objects = 0;
  std::uint64_t bytes = 0;

  void add(std::uint64_t count, std::uint64_t size) {
    objects += count;
    bytes += count * size;
  }
};

Line in_use_and_ever(Sums in_use, Sums ever) {
  Line line;
  line << in_use.objects << ": " << in_use.bytes << " [" << ever.objects << ": " << ever.bytes
       << "] @";
  return line;
}

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
  Sums in_use;
  Sums ever;
  for_each_bucket([&](const Bucket& bucket) {
    in_use.add(bucket.taken - bucket.freed, bucket.size);
    ever.add(bucket.taken, bucket.size);
  });
  writer("heap profile: ");
  writer(in_use_and_ever(in_use, ever).view());
  Line kind;
  writer((kind << " heap_v2/" << rate << "\n").view());
  for_each_bucket([&](Bucket& bucket) {
    Sums of_it;
    Sums ever_of_it;
    of_it.add(bucket.taken - bucket.freed, bucket.size);
    ever_of_it.add(bucket.taken, bucket.size);
    writer(in_use_and_ever(of_it, ever_of_it).view());
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
