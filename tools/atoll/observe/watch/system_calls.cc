#include "tools/atoll/observe/watch/system_calls.h"

#include <linux/audit.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>

namespace Atoll::observe {
namespace {

struct Numbers {
  std::uint32_t machine;
  std::uint64_t map;  // with six arguments, the last in bytes or pages
  std::uint64_t unmap;
  std::uint64_t protect;
  std::uint64_t advise;
  std::uint64_t set_break;
};

constexpr auto kNumbers = std::to_array<Numbers>({
    {AUDIT_ARCH_X86_64, 9, 11, 10, 28, 12},
    {AUDIT_ARCH_I386, 192, 91, 125, 219, 45},
});

std::optional<Call> decode_map(std::span<const std::uint64_t, 6> arguments) {
  const auto flags = static_cast<int>(arguments[3]);
  if ((flags & MAP_ANONYMOUS) == 0) return std::nullopt;
  Call call;
  call.address = arguments[0];
  call.size = arguments[1];
  call.is_accessible = arguments[2] != PROT_NONE;
  call.is_fixed = (flags & MAP_FIXED) != 0;
  return call;
}

}  // namespace

std::optional<Call> decode_call(std::uint32_t machine, std::uint64_t number,
                                std::span<const std::uint64_t, 6> arguments) {
  const auto* const numbers = std::ranges::find(kNumbers, machine, &Numbers::machine);
  if (numbers == kNumbers.end()) return std::nullopt;
  if (number == numbers->map) return decode_map(arguments);
  Call call;
  call.address = arguments[0];
  if (number == numbers->set_break) {
    call.kind = CallKind::kBreak;
    return call;
  }
  call.size = arguments[1];
  if (number == numbers->unmap) {
    call.kind = CallKind::kUnmap;
  } else if (number == numbers->protect) {
    call.kind = CallKind::kProtect;
    call.is_accessible = arguments[2] != PROT_NONE;
  } else if (number == numbers->advise) {
    call.kind = CallKind::kAdvise;
    call.advice = static_cast<unsigned>(arguments[2]);
  } else {
    return std::nullopt;
  }
  return call;
}

}  // namespace Atoll::observe
