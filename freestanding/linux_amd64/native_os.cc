// os::native() of the self-test, so that what stands on a system can be run too. See
// os/linux/linux_os.h for why the calls are these.

#include <cstdint>
#include <string_view>

#include "freestanding/linux_amd64/system.h"
#include "freestanding/platform.h"
#include "os/os.h"
#include "src/base/bits.h"

namespace Atoll::os {
namespace {

using freestanding::argument;
using freestanding::call_system;
using freestanding::SystemCall;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint32_t kAddressBits = 47;

constexpr std::uint64_t kNothing = 0;
constexpr std::uint64_t kReadWrite = 3;
constexpr std::uint64_t kPrivateAnonymous = 0x22;
constexpr std::uint64_t kFixed = 0x10;
constexpr std::uint64_t kDontNeed = 4;

constexpr std::int64_t kErrorNoMemory = 12;

Status status_of(std::int64_t answer, Failure no_memory = Failure::kNoMemory) {
  if (answer >= 0) return {};
  const auto code = static_cast<std::int32_t>(-answer);
  switch (code) {
    case 1:
    case 13:
      return {Failure::kDenied, code};
    case 11:
      return {Failure::kLockedLimit, code};
    case 22:
      return {Failure::kBadArgument, code};
    case kErrorNoMemory:
      return {no_memory, code};
    default:
      return {Failure::kNoMemory, code};
  }
}

Status check(Address base, std::uint64_t size) {
  const Range range{base, size};
  if (size == 0 || !is_multiple_of(size, kPage) || !base.is_aligned(kPage) || range.last() < base) {
    return {Failure::kBadArgument, 0};
  }
  if (base.is_null()) return {Failure::kNotReserved, 0};
  return {};
}

std::int64_t map_pages(Address where, std::uint64_t size, std::uint64_t protection,
                       std::uint64_t flags) {
  return call_system(SystemCall::kMmap, where.value(), size, protection, kPrivateAnonymous | flags,
                     ~std::uint64_t{0});
}

Allocation map_anywhere(Address hint, std::uint64_t size, std::uint64_t protection) {
  if (check(hint, size).failure == Failure::kBadArgument) {
    return {Address(), {Failure::kBadArgument, 0}};
  }
  const std::int64_t p = map_pages(hint, size, protection, 0);
  if (p < 0) return {Address(), status_of(p)};
  return {Address(static_cast<std::uint64_t>(p)), {}};
}

class SystemCallOs final : public Os {
 public:
  constexpr SystemCallOs() = default;

  Machine probe() override {
    Machine machine;
    machine.page_size = kPage;
    machine.granularity = kPage;
    machine.address_bits = kAddressBits;
    machine.honours_hints = true;
    machine.releases_parts = true;
    machine.lazy_commit = true;
    machine.decommit_zeroes = true;
    machine.can_shrink = true;
    machine.can_protect = true;
    return machine;
  }

  Allocation reserve(Address hint, std::uint64_t size) override {
    return map_anywhere(hint, size, kNothing);
  }
  Status release(Address base, std::uint64_t size) override { return free(base, size); }
  Status map(Address base, std::uint64_t size) override {
    if (const Status status = check(base, size); !status.ok()) return status;
    return status_of(call_system(SystemCall::kMprotect, base.value(), size, kReadWrite));
  }
  Status used(Address base, std::uint64_t size) override { return check(base, size); }
  Status unused(Address base, std::uint64_t size) override {
    if (const Status status = check(base, size); !status.ok()) return status;
    return status_of(call_system(SystemCall::kMadvise, base.value(), size, kDontNeed),
                     Failure::kNotReserved);
  }
  Status fault(Address base, std::uint64_t size) override {
    if (const Status status = check(base, size); !status.ok()) return status;
    return status_of(map_pages(base, size, kNothing, kFixed));
  }
  Allocation alloc(std::uint64_t size) override { return map_anywhere({}, size, kReadWrite); }
  Status free(Address base, std::uint64_t size) override {
    if (const Status status = check(base, size); !status.ok()) return status;
    const std::int64_t answer = call_system(SystemCall::kMunmap, base.value(), size);
    // Beyond what a process can have, nothing is anybody's.
    if (status_of(answer).failure == Failure::kBadArgument) return {Failure::kNotReserved, 22};
    return status_of(answer);
  }

  void write(std::string_view text) override {
    freestanding::platform_write(text.data(), text.size());
  }
  [[noreturn]] void abort() override { freestanding::platform_exit(134); }
  std::uint64_t monotonic_nanoseconds() override { return freestanding::platform_nanoseconds(); }
  std::uint64_t random_seed() override {
    std::uint64_t seed = 0;
    call_system(SystemCall::kGetrandom, argument(&seed), sizeof seed);
    return seed;
  }

  void park(const std::atomic<std::uint32_t>&, std::uint32_t) override {}
  void unpark(const std::atomic<std::uint32_t>&, std::uint32_t) override {}
  void yield() override {}
  bool at_thread_exit(ThreadExitFunction, void*) override { return false; }
};

constinit SystemCallOs system_call_os;

}  // namespace

Os& native() { return system_call_os; }

}  // namespace Atoll::os
