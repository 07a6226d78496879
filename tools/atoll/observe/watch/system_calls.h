// The system calls of Linux that are about memory, by the numbers of the processors whose programs
// one kernel runs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "tools/atoll/observe/watch/calls.h"

namespace Atoll::observe {

// What an entry into the kernel asks for; `machine` is an AUDIT_ARCH_* of <linux/audit.h>. Nothing
// if it is about something else: a file's mapping, or another call.
std::optional<Call> decode_call(std::uint32_t machine, std::uint64_t number,
                                std::span<const std::uint64_t, 6> arguments);

}  // namespace Atoll::observe
