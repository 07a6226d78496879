#include "src/objects/special.h"

#include <new>

#include "src/port/port.h"

namespace Atoll::objects {

using pages::Span;

void SpecialRecords::init(const Platform& platform, PersistentAlloc& memory) {
  platform_ = &platform;
  const port::Release release = platform.spec.release;
  finalizer_alloc_.init(memory, release, sizeof(FinalizerSpecial), MemoryKind::kOther);
  profile_alloc_.init(memory, release, sizeof(ProfileSpecial), MemoryKind::kOther);
  first_due_ = nullptr;
  last_due_ = nullptr;
  in_use_.store(0, std::memory_order_relaxed);
}

Special** SpecialRecords::link_to(Span* span, std::uint64_t offset, SpecialKind kind) {
  Special** link = &span->specials;
  while (*link != nullptr && is_before(*link, offset, kind)) link = &(*link)->next;
  return link;
}

bool SpecialRecords::is_before(const Special* special, std::uint64_t offset, SpecialKind kind) {
  return special->offset != offset ? special->offset < offset : special->kind < kind;
}

bool SpecialRecords::is_at(const Special* special, std::uint64_t offset, SpecialKind kind) {
  return special != nullptr && special->offset == offset && special->kind == kind;
}

Special* SpecialRecords::unlink(Special** link) {
  Special* const special = *link;
  *link = special->next;
  special->next = nullptr;  // the queue needs null here
  return special;
}

template <typename T>
T* SpecialRecords::add(FixedAlloc& alloc, Span* span, std::uint64_t offset, SpecialKind kind) {
  Special** const link = link_to(span, offset, kind);
  if (is_at(*link, offset, kind)) return nullptr;
  void* const memory = alloc.alloc();
  if (memory == nullptr) return nullptr;
  T* const special = new (memory) T{};
  special->next = *link;
  special->offset = offset;
  special->kind = kind;
  *link = special;
  in_use_.fetch_add(1, std::memory_order_relaxed);
  return special;
}

bool SpecialRecords::add_finalizer(Span* span, std::uint64_t offset, FinalizerFunction function,
                                   void* argument) {
  const LockGuard guard(mutex_, platform_->os);
  auto* const special =
      add<FinalizerSpecial>(finalizer_alloc_, span, offset, SpecialKind::kFinalizer);
  if (special == nullptr) return false;
  special->function = function;
  special->argument = argument;
  return true;
}

bool SpecialRecords::add_profile(Span* span, std::uint64_t offset, void* bucket) {
  const LockGuard guard(mutex_, platform_->os);
  auto* const special = add<ProfileSpecial>(profile_alloc_, span, offset, SpecialKind::kProfile);
  if (special == nullptr) return false;
  special->bucket = bucket;
  return true;
}

Special* SpecialRecords::find(Span* span, std::uint64_t offset, SpecialKind kind) {
  const LockGuard guard(mutex_, platform_->os);
  Special* const special = *link_to(span, offset, kind);
  return is_at(special, offset, kind) ? special : nullptr;
}

Special* SpecialRecords::take_at(Span* span, std::uint64_t offset, SpecialKind kind) {
  const LockGuard guard(mutex_, platform_->os);
  Special** const link = link_to(span, offset, kind);
  return is_at(*link, offset, kind) ? unlink(link) : nullptr;
}

FinalizerSpecial* SpecialRecords::take_finalizer(Span* span, std::uint64_t offset) {
  return static_cast<FinalizerSpecial*>(take_at(span, offset, SpecialKind::kFinalizer));
}

bool SpecialRecords::remove(Span* span, std::uint64_t offset, SpecialKind kind) {
  Special* const special = take_at(span, offset, kind);
  if (special == nullptr) return false;
  free(special);
  return true;
}

void SpecialRecords::remove_all(Span* span, std::uint64_t offset, ProfileFunction on_profile,
                                void* context) {
  remove(span, offset, SpecialKind::kFinalizer);
  auto* const profile = static_cast<ProfileSpecial*>(take_at(span, offset, SpecialKind::kProfile));
  if (profile == nullptr) return;
  if (on_profile != nullptr) on_profile(context, profile->bucket);
  free(profile);
}

std::optional<std::uint64_t> SpecialRecords::next_offset(Span* span, std::uint64_t from) {
  const LockGuard guard(mutex_, platform_->os);
  const Special* const special = *link_to(span, from, kFirstKind);
  if (special == nullptr) return std::nullopt;
  return special->offset;
}

Special* SpecialRecords::take(Span* span, std::uint64_t from) {
  const LockGuard guard(mutex_, platform_->os);
  Special** const link = link_to(span, from, kFirstKind);
  return *link != nullptr ? unlink(link) : nullptr;
}

void SpecialRecords::free(Special* special) {
  const LockGuard guard(mutex_, platform_->os);
  free_locked(special);
}

void SpecialRecords::free_locked(Special* special) {
  const bool is_finalizer = special->kind == SpecialKind::kFinalizer;
  (is_finalizer ? finalizer_alloc_ : profile_alloc_).free(special);
  in_use_.fetch_sub(1, std::memory_order_relaxed);
}

void SpecialRecords::queue(FinalizerSpecial* special, void* object) {
  const LockGuard guard(mutex_, platform_->os);
  special->object = object;
  (last_due_ != nullptr ? last_due_->next : first_due_) = special;
  last_due_ = special;
}

bool SpecialRecords::take_due(DueFinalizer* due) {
  const LockGuard guard(mutex_, platform_->os);
  if (first_due_ == nullptr) return false;
  auto* const special = static_cast<FinalizerSpecial*>(first_due_);
  *due = {special->object, special->function, special->argument};
  first_due_ = special->next;
  if (first_due_ == nullptr) last_due_ = nullptr;
  free_locked(special);
  return true;
}

void SpecialRecords::drop_due(const void* object) {
  const LockGuard guard(mutex_, platform_->os);
  Special* last = nullptr;
  for (Special** link = &first_due_; *link != nullptr;) {
    Special* const special = *link;
    if (static_cast<FinalizerSpecial*>(special)->object != object) {
      last = special;
      link = &special->next;
      continue;
    }
    *link = special->next;
    free_locked(special);
  }
  last_due_ = last;
}

void SpecialRecords::for_each_due(void (*visit)(void* context, void* object), void* context) {
  const LockGuard guard(mutex_, platform_->os);
  for (const Special* special = first_due_; special != nullptr; special = special->next) {
    visit(context, static_cast<const FinalizerSpecial*>(special)->object);
  }
}

}  // namespace Atoll::objects
