#include "src/heap/thread_cache.h"

#include <atomic>
#include <bit>
#include <cstdint>

#include "src/heap/heap.h"

namespace Atoll {
namespace {

constinit std::atomic<std::uint32_t> used_slots{0};
static_assert(kHeapSlots <= 32);

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

void give_heap_slot(unsigned slot) {
  used_slots.fetch_and(~(std::uint32_t{1} << slot), std::memory_order_acq_rel);
}

class ThreadExit {
 public:
  static void run(void* argument) {
    for (ThreadCache* const cache : *static_cast<ThreadCaches*>(argument)) {
      if (cache != &no_cache) cache->heap->detach(cache);
    }
  }
};

void watch_thread_end(os::Os& os) { (void)os.at_thread_exit(&ThreadExit::run, &thread_caches()); }

}  // namespace Atoll
