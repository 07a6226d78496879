#include "src/malloc/heap_profile.h"

#include <algorithm>
#include <array>
#include <new>

#include "os/base/text.h"
#include "src/malloc/call_stack.h"

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

// A record is used again for another object later.
struct HeapProfile::Sample {
  Sample* next = nullptr;        // of all
  Sample* next_freed = nullptr;  // of the freed ones
  Bucket* bucket = nullptr;
  Address object;
  std::uint64_t turn = 0;  // the newest sample has the largest
  bool is_freed = false;
  std::size_t depth = 0;
  std::array<std::uintptr_t, kFreeFrames> freed_by{};
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

HeapProfile::Sample* HeapProfile::new_sample() {
  if (freed_count_ > kKeptFreed) {
    Sample* const oldest = first_freed_;
    first_freed_ = oldest->next_freed;
    --freed_count_;
    return oldest;
  }
  void* const memory = memory_.alloc(sizeof(Sample), alignof(Sample), MemoryKind::kProfiling);
  if (memory == nullptr) return nullptr;
  auto* const sample = new (memory) Sample;
  sample->next = samples_;
  samples_ = sample;
  return sample;
}

void* HeapProfile::add(std::span<const std::uintptr_t> stack, std::uint64_t size, Address object) {
  const LockGuard guard(lock_, platform_->os);
  Bucket* const bucket = find(stack.first(std::min(stack.size(), kMostFrames)), size);
  Sample* const sample = bucket == nullptr ? nullptr : new_sample();
  if (sample == nullptr) return nullptr;
  ++bucket->taken;
  sample->next_freed = nullptr;
  sample->bucket = bucket;
  sample->object = object;
  sample->turn = ++sample_count_;
  sample->is_freed = false;
  sample->depth = 0;
  return sample;
}

void HeapProfile::remove(void* sample, std::span<const std::uintptr_t> stack) {
  if (sample == nullptr) return;
  const LockGuard guard(lock_, platform_->os);
  auto* const freed = static_cast<Sample*>(sample);
  ++freed->bucket->freed;
  freed->is_freed = true;
  freed->depth = std::min(stack.size(), kFreeFrames);
  std::ranges::copy(stack.first(freed->depth), freed->freed_by.begin());
  (freed_count_ == 0 ? first_freed_ : last_freed_->next_freed) = freed;
  last_freed_ = freed;
  ++freed_count_;
}

void* HeapProfile::on_sample(void* context, void* object, std::uint64_t size) {
  auto& profile = *static_cast<HeapProfile*>(context);
  if (profile.platform_ == nullptr) return nullptr;
  std::array<std::uintptr_t, kMostFrames> frames;
  const std::size_t depth = call_stack(frames);
  return profile.add(std::span(frames).first(depth), size, profile.platform_->address(object));
}

void HeapProfile::on_sample_freed(void* context, void* sample) {
  if (sample == nullptr) return;
  std::array<std::uintptr_t, kMostFrames> frames;
  const std::size_t depth = call_stack(frames);
  static_cast<HeapProfile*>(context)->remove(sample, std::span(frames).first(depth));
}

[[gnu::noinline]] void HeapProfile::listen(objects::Options& options) {
  options.on_sample = &on_sample;
  options.on_sample_freed = &on_sample_freed;
  options.sample_context = this;
}

std::optional<HeapProfile::Trace> HeapProfile::trace_of(Address address) const {
  const Sample* last = nullptr;
  for (const Sample* sample = samples_; sample != nullptr; sample = sample->next) {
    if (address < sample->object || address - sample->object >= sample->bucket->size) continue;
    if (last == nullptr || sample->turn > last->turn) last = sample;
  }
  if (last == nullptr) return std::nullopt;
  return Trace{{last->bucket->frames(), last->bucket->depth},
               {last->freed_by.data(), last->depth},
               last->is_freed};
}

void HeapProfile::write(std::uint64_t rate, const Writer& writer) {
  const LockGuard guard(lock_, platform_->os);
  const auto for_each_bucket = [this](auto visit) {
    if (table_ == nullptr) return;
    for (const Chain& chain : std::span(table_, kTableSize)) {
      for (Bucket* bucket = chain.first; bucket != nullptr; bucket = bucket->next) {
        // If there was no memory for its sample, a bucket has none.
        if (bucket->taken != 0) visit(*bucket);
      }
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
