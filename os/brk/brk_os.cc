#include "os/brk/brk_os.h"

namespace Atoll::os {

Machine BrkOs::probe_segment() {
  Machine machine;
  machine.page_size = page_size_;
  machine.granularity = page_size_;
  machine.address_bits = sizeof(void*) * 8;
  machine.end_of_data = space_.start();
  machine.program_break = space_.program_break();
  machine.honours_hints = policy_ == HintPolicy::kSkipAhead;  // as far as linear_only allows
  machine.releases_parts = true;
  machine.lazy_commit = true;  // the system maps lazily
  machine.can_shrink = false;
  machine.can_protect = false;
  machine.linear_only = true;
  machine.has_threads = false;
  return machine;
}

Allocation BrkOs::reserve(Address hint, std::uint64_t size) { return space_.reserve(hint, size); }

Status BrkOs::release(Address base, std::uint64_t size) { return space_.free(base, size); }

Status BrkOs::map(Address base, std::uint64_t size) { return space_.check(base, size); }

Status BrkOs::used(Address base, std::uint64_t size) { return space_.check(base, size); }

Status BrkOs::unused(Address base, std::uint64_t size) { return space_.check(base, size); }

Status BrkOs::fault(Address, std::uint64_t) { return {Failure::kUnsupported, 0}; }

Allocation BrkOs::alloc(std::uint64_t size) { return space_.reserve(Address(), size); }

Status BrkOs::free(Address base, std::uint64_t size) { return space_.free(base, size); }

}  // namespace Atoll::os
