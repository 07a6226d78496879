// What an object may have beside its bytes: a finalizer, or an entry in the heap profile.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "src/base/fixed_alloc.h"
#include "src/base/mutex.h"
#include "src/base/persistent_alloc.h"
#include "src/base/platform.h"
#include "src/pages/span.h"

namespace Atoll::objects {

using FinalizerFunction = void (*)(void* object, void* argument);

enum class SpecialKind : std::uint8_t { kFinalizer = 1, kProfile = 2 };

// One record, on the list of its object's span.
struct Special {
  Special* next;         // by offset, then by kind
  std::uint64_t offset;  // of the object in its span, in bytes
  SpecialKind kind;
};

struct FinalizerSpecial : Special {
  FinalizerFunction function;
  void* argument;
  void* object;  // once it is due; `next` is the queue's then
};

struct ProfileSpecial : Special {
  void* bucket;  // of the heap profile, which counts the object
};

struct DueFinalizer {
  void* object = nullptr;
  FinalizerFunction function = nullptr;
  void* argument = nullptr;
};

// All records of a heap, and the queue of finalizers that are due. Thread safe, but for init().
//
// `offset` is that of an object's beginning. An object has at most one record of each kind. Callers
// see to it that the object is in use and stays so during a call. Time is proportional to the
// number of records of the span.
class SpecialRecords {
 public:
  constexpr SpecialRecords() = default;
  SpecialRecords(const SpecialRecords&) = delete;
  SpecialRecords& operator=(const SpecialRecords&) = delete;

  // The fourth and fifth allocator of mheap.init. Both must outlive this object; when `memory`
  // gives everything back, all records are gone, and init() may follow. Nothing is allocated yet.
  void init(const Platform& platform, PersistentAlloc& memory);

  // False: the object has one already, or there is no memory.
  bool add_finalizer(pages::Span* span, std::uint64_t offset, FinalizerFunction function,
                     void* argument);
  bool add_profile(pages::Span* span, std::uint64_t offset, void* bucket);

  // Null if there is none. The record is good until somebody removes or takes it.
  Special* find(pages::Span* span, std::uint64_t offset, SpecialKind kind);

  // False: there is none.
  bool remove(pages::Span* span, std::uint64_t offset, SpecialKind kind);

  // For an object that is freed. A finalizer is dropped; `on_profile`, if not null, is told the
  // bucket of a profile record, and is called without a lock.
  using ProfileFunction = void (*)(void* context, void* bucket);
  void remove_all(pages::Span* span, std::uint64_t offset, ProfileFunction on_profile,
                  void* context);

  // --- For sweeping: the sweeper looks at the objects that have records one after the other. Of a
  // dead one it takes the finalizer and queues it; without a finalizer it removes all. ---

  // The offset of the first object at `from` or after that has records; none if there are no more.
  std::optional<std::uint64_t> next_offset(pages::Span* span, std::uint64_t from);

  // Takes the first record at `from` or after off the span's list. The caller hands it to queue()
  // or to free(). Null: there are no more.
  Special* take(pages::Span* span, std::uint64_t from);
  // Null: the object has no finalizer.
  FinalizerSpecial* take_finalizer(pages::Span* span, std::uint64_t offset);
  void free(Special* special);

  // --- Finalizers that are due, first in, first out. ---

  // Cannot fail, because the record itself is the place in the queue.
  void queue(FinalizerSpecial* special, void* object);
  // False: none is due.
  bool take_due(DueFinalizer* due);
  // Forgets what is due for an object that is freed. Takes time proportional to the queue.
  void drop_due(const void* object);
  // The objects in the queue, which live until their turn comes: a collector marks them. Called
  // under the lock: `visit` must not call this object.
  void for_each_due(void (*visit)(void* context, void* object), void* context);

  // Records on spans, taken or queued. At 0 no object has any.
  std::size_t in_use() const { return in_use_.load(std::memory_order_relaxed); }

  Mutex& lock() { return mutex_; }

 private:
  static constexpr SpecialKind kFirstKind = SpecialKind::kFinalizer;

  // Under the lock. The link to the first record that is not before (offset, kind).
  static Special** link_to(pages::Span* span, std::uint64_t offset, SpecialKind kind);
  static bool is_before(const Special* special, std::uint64_t offset, SpecialKind kind);
  static bool is_at(const Special* special, std::uint64_t offset, SpecialKind kind);
  static Special* unlink(Special** link);
  template <typename T>
  T* add(FixedAlloc& alloc, pages::Span* span, std::uint64_t offset, SpecialKind kind);
  void free_locked(Special* special);

  Special* take_at(pages::Span* span, std::uint64_t offset, SpecialKind kind);

  const Platform* platform_ = nullptr;
  Mutex mutex_;
  FixedAlloc finalizer_alloc_;
  FixedAlloc profile_alloc_;
  Special* first_due_ = nullptr;  // finalizers
  Special* last_due_ = nullptr;
  std::atomic<std::size_t> in_use_{0};
};

}  // namespace Atoll::objects
