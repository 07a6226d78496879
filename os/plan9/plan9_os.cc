#include "os/plan9/plan9_os.h"

#include <algorithm>
#include <limits>

namespace Atoll::os {

// The data need not end at a page.
Address Plan9Segment::end() { return kernel_.segment_end().aligned_up(page_size_); }

Address Plan9Segment::grow(std::uint64_t size) {
  const Address before = end();
  // The kernel would cut off a larger number, and move the end down.
  if (size > std::numeric_limits<std::uintptr_t>::max() - before.value()) return Address();
  if (!kernel_.set_break(before + size)) return Address();
  return before;
}

void Plan9Os::write(std::string_view text) {
  while (!text.empty()) {
    const std::int64_t n = kernel_.write_error(text);
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::uint64_t Plan9Os::monotonic_nanoseconds() {
  latest_ = std::max(latest_, kernel_.nanoseconds());
  return latest_;
}

}  // namespace Atoll::os
