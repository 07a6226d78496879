#include "src/base/linear_alloc.h"

#include <algorithm>

namespace Atoll {

LinearAlloc::LinearAlloc(Range range, Mapping mapping)
    : next_(range.base), mapped_(range.base), end_(range.end()), mapping_(mapping) {
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
  if (mapping_ == Mapping::kNone || end <= mapped_) return {};
  const std::uint64_t size = end - mapped_;
  os::Status status = os.map(mapped_, size);
  if (status.ok() && mapping_ == Mapping::kReadies) {
    status = os.used(mapped_, size);
    // Prepared memory cannot be mapped again, so it goes back to where the next call begins.
    if (!status.ok()) (void)os.fault(mapped_, size);
  }
  if (status.ok()) mapped_ = end;
  return status;
}

}  // namespace Atoll
