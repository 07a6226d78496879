// The part of a cache's state for one class that the cache uses only once in a batch. All pieces of
// the cache share one record, so that an unused class costs no memory.
#pragma once

#include <cstdint>

#include "src/objects/held_spans.h"
#include "src/objects/transfer_batch.h"

namespace Atoll::objects {

// How many objects a list has and may have: see free_lists.h.
struct ListAccount {
  std::int32_t granted = 0;      // the list's `room` when it was counted last
  std::int32_t length = 0;       // of the list, then
  std::int32_t limit = 0;        // objects that it may have, or kOnTrial; 0: not known yet
  std::int16_t first_limit = 0;  // the limit at first; all threads share what goes beyond it
  std::int16_t refill = 0;       // how many objects the last refill was to bring
  std::uint32_t looked_at = 0;   // objects ever allocated, at the last look at long lists

  static constexpr std::int32_t kOnTrial = -1;
};

// The constructor makes all bytes zero.
struct ClassCache {
  HeldSpans held;  // under the cache's lock
  // The account begins where the batch's last member ends.
  [[no_unique_address]] TransferBatch batch;
  ListAccount list;
  // Objects ever allocated and freed, up to when the list was counted last. Under the cache's lock.
  std::uint64_t allocated = 0;
  std::uint64_t freed = 0;
};
static_assert(sizeof(void*) != 8 || sizeof(ClassCache) == 96, "a cache has one for each class");

}  // namespace Atoll::objects
