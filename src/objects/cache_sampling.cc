// Which of a cache's objects are samples of the heap profile.

#include "src/objects/cache.h"
#include "src/objects/sampling.h"

namespace Atoll::objects {

void Cache::count_for_sample(Context& context, void* object, std::uint64_t size) {
  const std::uint64_t rate = context.options.profile_rate;
  if (size < rate && static_cast<std::int64_t>(size) < next_sample_) {
    next_sample_ -= static_cast<std::int64_t>(size);
    return;
  }
  const port::PortSpec& spec = context.platform->spec;
  next_sample_ = objects::next_sample(spec.release, spec.goos, rate, random_);
  const Address address = context.platform->address(object);
  Span* const span = context.pages->map().object_span_of(address);
  void* const bucket = context.options.on_sample != nullptr
                           ? context.options.on_sample(context.options.sample_context, object, size)
                           : nullptr;
  const unsigned span_class = span->span_class.load(std::memory_order_relaxed);
  if (context.specials.add_profile(span, address - span->base, bucket)) {
    context.centrals[span_class].free_slowly(context, span);
  } else if (context.options.on_sample_freed != nullptr) {
    context.options.on_sample_freed(context.options.sample_context, bucket);
  }
}

}  // namespace Atoll::objects
