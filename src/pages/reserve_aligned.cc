#include "src/pages/reserve_aligned.h"

#include "src/policy.h"

namespace Atoll::pages {
namespace {

AlignedReservation failed(os::Failure failure) { return {{}, {failure, 0}}; }

// Gives back `rest`, a part of `all`. If the system refuses, this asks it to take all of it, since
// a part that nobody remembers would be lost for good.
bool give_back(os::Os& os, Range rest, Range all, os::Status* status) {
  if (rest.is_empty()) return true;
  *status = os.release(rest.base, rest.size);
  if (status->ok()) return true;
  (void)os.release(all.base, all.size);
  return false;
}

AlignedReservation trim(os::Os& os, Range got, Address aligned, std::uint64_t size) {
  os::Status status;
  const Range head{got.base, aligned - got.base};
  if (!give_back(os, head, got, &status)) return {{}, status};
  const Range rest{aligned, got.size - head.size};
  const Range tail{aligned + size, rest.size - size};
  if (!give_back(os, tail, rest, &status)) return {{}, status};
  return {{aligned, size}, {}};
}

}  // namespace

AlignedReservation reserve_aligned(os::Os& os, const os::Machine& machine, Address hint,
                                   std::uint64_t size, std::uint64_t alignment, Surplus surplus) {
  const std::uint64_t enough = size + alignment;
  if (enough < size) return failed(os::Failure::kNoMemory);
  for (int tries = 0; tries < policy::kMostReservations; ++tries) {
    const os::Allocation answer = os.reserve(hint, enough);
    if (!answer.ok()) return {{}, answer.status};
    const Range got{answer.base, enough};
    if (!got.base.is_aligned(machine.page_size)) return {got, {}};
    const Address aligned = got.base.aligned_up(alignment);
    if (aligned == got.base && surplus == Surplus::kKept) return {got, {}};
    if (machine.releases_parts) return trim(os, got, aligned, size);

    os::Status status;
    if (!give_back(os, got, got, &status)) return {{}, status};
    const os::Allocation again = os.reserve(aligned, size);
    if (!again.ok()) continue;
    if (again.base == aligned) return {{aligned, size}, {}};
    (void)os.release(again.base, size);
  }
  return failed(os::Failure::kNoMemory);
}

}  // namespace Atoll::pages
