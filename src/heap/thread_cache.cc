#include "src/heap/thread_cache.h"

#include <atomic>
#include <bit>
#include <cstdint>

#include "src/heap/entry.h"
#include "src/heap/heap.h"

namespace Atoll {
namespace {

constinit std::atomic<std::uint32_t> used_slots{0};
static_assert(kProcessHeapSlot < 32);

}  // namespace

unsigned take_heap_slot() {
  std::uint32_t used = used_slots.load(std::memory_order_relaxed);
  for (;;) {
    const auto slot = static_cast<unsigned>(std::countr_one(used));
    if (slot >= kHeapSlots) return kNoHeapSlot;
    if (used_slots.compare_exchange_weak(used, used | std::uint32_t{1} << slot,
                                         std::memory_order_acq_rel)) {
      return slot;
    }
  }
}

unsigned take_process_heap_slot() {
  constexpr std::uint32_t kBit = std::uint32_t{1} << kProcessHeapSlot;
  const bool is_taken = (used_slots.fetch_or(kBit, std::memory_order_acq_rel) & kBit) != 0;
  return is_taken ? kNoHeapSlot : kProcessHeapSlot;
}

void give_heap_slot(unsigned slot) {
  used_slots.fetch_and(~(std::uint32_t{1} << slot), std::memory_order_acq_rel);
}

constinit ATOLL_THREAD_LOCAL bool thread_has_ended = false;

class ThreadExit {
 public:
  static void run(void* argument) {
    auto& caches = *static_cast<ThreadCaches*>(argument);
    if (is_at_end(caches)) {
      leave_abandoned(caches);
      return;
    }
    of_this_thread(thread_has_ended) = true;
    for (ThreadCache* const cache : caches) {
      if (cache != &no_cache) cache->heap->detach(cache);
    }
  }

 private:
  static bool is_at_end(const ThreadCaches& caches) {
    for (const ThreadCache* const cache : caches) {
      if (cache != &no_cache) return cache->heap->platform().os.is_ending();
    }
    return false;
  }

  // The last thread of a process keeps its caches: nobody else needs what they hold, and more calls
  // will come. But it leaves those of abandoned heaps, so that the fast paths find nothing, and the
  // slow paths see why. The system calls exit functions first, so this happens before the libraries
  // end.
  static void leave_abandoned(ThreadCaches& caches) {
    for (ThreadCache*& cache : caches) {
      if (cache != &no_cache && cache->heap->is_abandoned()) {
        cache = const_cast<ThreadCache*>(&no_cache);
      }
    }
  }
};

void watch_thread_end(os::Os& os) { (void)os.at_thread_exit(&ThreadExit::run, &thread_caches()); }

}  // namespace Atoll
