// Selects the objects of a cache that become samples of the heap profile.

#include "src/objects/cache.h"
#include "src/objects/sampling.h"

namespace Atoll::objects {

void Cache::count_for_sample(ObjectHeap& heap, void* object, std::uint64_t size) {
  const std::uint64_t rate = heap.options.profile_rate;
  if (size < rate && static_cast<std::int64_t>(size) < next_sample_) {
    next_sample_ -= static_cast<std::int64_t>(size);
    return;
  }
  const port::PortSpec& spec = heap.platform->spec;
  next_sample_ = objects::next_sample(spec.release, spec.goos, rate, random_);
  const Address address = heap.platform->address(object);
  Span* const span = heap.pages->map().object_span_of(address);
  void* const bucket = heap.options.on_sample != nullptr
                           ? heap.options.on_sample(heap.options.sample_context, object, size)
                           : nullptr;
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  if (heap.specials.add_profile(span, address - span->base, bucket)) {
    heap.centrals[span_class].free_slowly(heap, span);
  } else if (heap.options.on_sample_freed != nullptr) {
    heap.options.on_sample_freed(heap.options.sample_context, bucket);
  }
}

}  // namespace Atoll::objects
