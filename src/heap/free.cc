// Frees beyond the fast path.

#include "src/heap/fast_path.h"
#include "src/heap/heap.h"

namespace Atoll {

void Heap::free_slowly(void* p) {
  if (p == nullptr || p == &empty_object_ || !state_.has_value()) return;
  ThreadCache& own = *thread_caches()[slot_];
  // A thread that only frees learns here that the window has grown.
  if (&own != &no_cache) own.objects.refresh_lookup(state_->objects, kNativePort);
  if (FastPath::gather(*this, own, FastPath::list_by_arena(own, p), p)) return;
  const CacheUse cache(*this);
  if (cache.is_inner()) put_aside(p);
  // Without a cache the object is lost: there is no memory for a cache, or the process is ending.
  if (!cache) return;
  cache.objects().refresh_lookup(state_->objects, kNativePort);
  cache.objects().free(state_->objects, p);
}

// A tiny object may be too small to hold a pointer; then it is lost.
[[gnu::cold]] void Heap::put_aside(void* p) {
  if (state_->options.objects.tiny && usable_size(p) < sizeof(objects::FreeObject)) return;
  Entry::put_aside(*this, p);
}

}  // namespace Atoll
