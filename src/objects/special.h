// The special records of objects: a finalizer, or an entry in the heap profile.
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
  void* object;  // set once it is due, when `next` is the queue's link
};

struct ProfileSpecial : Special {
  void* bucket;  // of the heap profile, which counts the object
};

struct DueFinalizer {
  void* object = nullptr;
  FinalizerFunction function = nullptr;
  void* argument = nullptr;
};

// All special records of a heap, and the queue of due finalizers. Thread safe, except init().
//
// `offset` is the offset of an object's beginning. An object has at most one record of each kind.
// The caller must ensure that the object is in use and stays so during a call. Calls take time
// proportional to the number of records of the span.
class SpecialRecords {
 public:
  constexpr SpecialRecords() = default;
  SpecialRecords(const SpecialRecords&) = delete;
  SpecialRecords& operator=(const SpecialRecords&) = delete;

  // The fourth and fifth allocator of mheap.init. Allocates nothing yet. Both arguments must
  // outlive this object. When `memory` gives everything back, all records are gone, and init() may
  // follow.
  void init(const Platform& platform, PersistentAlloc& memory);

  // Return false if the object has such a record already, or if there is no memory.
  bool add_finalizer(pages::Span* span, std::uint64_t offset, FinalizerFunction function,
                     void* argument);
  bool add_profile(pages::Span* span, std::uint64_t offset, void* bucket);

  // Returns null if there is none. The record is valid until somebody removes or takes it.
  Special* find(pages::Span* span, std::uint64_t offset, SpecialKind kind);

  // Returns false if there is none.
  bool remove(pages::Span* span, std::uint64_t offset, SpecialKind kind);

  // For an object that is freed. Drops its finalizer. Removes its profile record, and passes the
  // bucket to `on_profile`, if that is not null, without a lock.
  using ProfileFunction = void (*)(void* context, void* bucket);
  void remove_all(pages::Span* span, std::uint64_t offset, ProfileFunction on_profile,
                  void* context);

  // --- For sweeping. The sweeper visits one by one the objects that have records. It takes and
  // queues the finalizer of a dead object; if there is none, it removes all records. ---

  // Returns the offset of the first object with records at `from` or after, or nothing if there are
  // no more.
  std::optional<std::uint64_t> next_offset(pages::Span* span, std::uint64_t from);

  // Takes the first record at `from` or after off the span's list. The caller hands it to queue()
  // or to free(). Returns null if there are no more.
  Special* take(pages::Span* span, std::uint64_t from);
  // Returns null if the object has no finalizer.
  FinalizerSpecial* take_finalizer(pages::Span* span, std::uint64_t offset);
  void free(Special* special);

  // --- Due finalizers, first in, first out. ---

  // Cannot fail, because the record itself is the queue's link.
  void queue(FinalizerSpecial* special, void* object);
  // Returns false if none is due.
  bool take_due(DueFinalizer* due);
  // Drops due finalizers of an object that is freed. Takes time proportional to the queue.
  void drop_due(const void* object);
  // Visits the objects in the queue, which live until their turn comes, so that a collector can
  // mark them. Calls `visit` under the lock: `visit` must not call this class.
  void for_each_due(void (*visit)(void* context, void* object), void* context);

  // The number of records that are on spans, taken or queued. If it is 0, no object has any.
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
