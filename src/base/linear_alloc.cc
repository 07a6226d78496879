#include "src/base/linear_alloc.h"

#include <algorithm>

namespace Atoll {

LinearAlloc::LinearAlloc(Range range, Mapping mapping)
    : next_(range.base),
      prepared_(range.base),
      ready_(range.base),
      end_(range.end()),
      mapping_(mapping) {
  if (end_.is_null() && !range.is_empty()) end_ = range.last();
}

bool LinearAlloc::fits(std::uint64_t size, std::uint64_t alignment) const {
  const Address base = next_.aligned_up(alignment);
  return next_ <= base && base <= end_ && size <= end_ - base;
}

os::Allocation LinearAlloc::alloc(os::Os& os, std::uint64_t page_size, std::uint64_t size,
                                  std::uint64_t alignment) {
  if (!fits(size, alignment)) return {Address(), {os::Failure::kNoMemory, 0}};
  const Address base = next_.aligned_up(alignment);
  const os::Status status = map_up_to(os, (base + size).aligned_up(page_size));
  if (!status.ok()) return {Address(), status};
  next_ = base + size;
  return {base, {}};
}

os::Status LinearAlloc::map_up_to(os::Os& os, Address end) {
  if (mapping_ == Mapping::kNone) return {};
  if (end > prepared_) {
    const os::Status status = os.map(prepared_, end - prepared_);
    if (!status.ok()) return status;
    prepared_ = end;
  }
  if (mapping_ == Mapping::kReadies && end > ready_) {
    const os::Status status = os.used(ready_, end - ready_);
    if (!status.ok()) return status;
    ready_ = end;
  }
  return {};
}

}  // namespace Atoll
