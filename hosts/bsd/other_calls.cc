#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include "hosts/base/refuse.h"
#include "hosts/bsd/calls.h"
#include "hosts/bsd/errors.h"

namespace Atoll::hosts::bsd {

int error::from_linux(int code) {
  constexpr int kSame = 34;
  if (code <= kSame) return code == EAGAIN ? kAgain : code;
  refuse("Linux answers with error %d, which has no counterpart", code);
}

namespace calls {
namespace {

constexpr std::uint64_t kLongest = std::numeric_limits<std::int32_t>::max();
constexpr std::uint64_t kRealTime = 0;

constexpr std::uint32_t kKernel = 1;
constexpr std::uint32_t kHardware = 6;
constexpr std::uint32_t kPageSize = 7;

template <class Function>
Answer transfer(Process& process, const Arguments& a, Function function) {
  if (a[2] > kLongest) return failed(error::kInvalid);
  if (!process.is_mapped(a[1], a[2])) return failed(error::kFault);
  const ssize_t n = function(static_cast<int>(a[0]), Address(a[1]).pointer(), a[2]);
  if (n < 0) return failed(error::from_linux(errno));
  return {static_cast<std::uint64_t>(n), 0};
}

// Copies a value out as sysctl(2) does: as much of it as the program has room for.
Answer give(Process& process, const Arguments& a, const void* value, std::size_t size) {
  if (a[3] == 0) return {};
  std::uint64_t room = 0;
  if (!process.copy_in(&room, a[3], sizeof room)) return failed(error::kFault);
  const std::size_t given = std::min<std::size_t>(room, size);
  const std::uint64_t told = a[2] == 0 ? size : given;
  if (a[2] != 0 && given != 0 && !process.copy_out(a[2], value, given)) {
    return failed(error::kFault);
  }
  if (!process.copy_out(a[3], &told, sizeof told)) return failed(error::kFault);
  return failed(a[2] != 0 && given < size ? error::kNoMemory : 0);
}

}  // namespace

Answer exit(Process&, const Arguments& a) { ::_exit(static_cast<int>(a[0] & 0xff)); }

Answer read(Process& process, const Arguments& a) { return transfer(process, a, ::read); }

Answer write(Process& process, const Arguments& a) { return transfer(process, a, ::write); }

Answer pipe2(Process& process, const Arguments& a) {
  if (static_cast<std::uint32_t>(a[1]) != 0) {
    refuse("pipe2 with flags 0x%x is not served", static_cast<unsigned>(a[1]));
  }
  int ends[2];
  if (::pipe(ends) != 0) return failed(error::from_linux(errno));
  if (process.copy_out(a[0], ends, sizeof ends)) return {};
  ::close(ends[0]);
  ::close(ends[1]);
  return failed(error::kFault);
}

Answer sysctl(Process& process, const Arguments& a) {
  std::array<std::uint32_t, 2> name{};
  if (a[1] != name.size()) refuse("sysctl of %u levels is not served", static_cast<unsigned>(a[1]));
  if (!process.copy_in(name.data(), a[0], sizeof name)) return failed(error::kFault);
  if (a[4] != 0) return failed(error::kPermission);
  if (name[0] == kHardware && name[1] == kPageSize) {
    const auto value = static_cast<std::int32_t>(process.page_size());
    return give(process, a, &value, sizeof value);
  }
  const std::uint64_t random_name = process.personality().random_name;
  if (random_name != 0 && name[0] == kKernel && name[1] == random_name) {
    std::uint64_t seed = 0;
    if (::getentropy(&seed, sizeof seed) != 0) refuse("there is no entropy");
    return give(process, a, &seed, sizeof seed);
  }
  refuse("sysctl %u.%u is not served", name[0], name[1]);
}

Answer clock_gettime(Process& process, const Arguments& a) {
  clockid_t clock = CLOCK_REALTIME;
  if (a[0] == process.personality().monotonic_clock) {
    clock = CLOCK_MONOTONIC;
  } else if (a[0] != kRealTime) {
    refuse("clock_gettime of clock %u is not served", static_cast<unsigned>(a[0]));
  }
  timespec now{};
  ::clock_gettime(clock, &now);
  const std::array<std::int64_t, 2> value = {now.tv_sec, now.tv_nsec};
  return failed(process.copy_out(a[1], value.data(), sizeof value) ? 0 : error::kFault);
}

Answer yield(Process&, const Arguments&) {
  ::sched_yield();
  return {};
}

Answer futex(Process& process, const Arguments& a) {
  constexpr std::uint64_t kPrivate = 128;
  const std::uint64_t operation = a[1] & ~kPrivate;
  if (operation == process.personality().futex_wake) return {};
  if (operation != process.personality().futex_wait) {
    refuse("futex %llu is not served", static_cast<unsigned long long>(a[1]));
  }
  std::uint32_t word = 0;
  if (!process.copy_in(&word, a[0], sizeof word)) return failed(error::kFault);
  if (word == static_cast<std::uint32_t>(a[2])) {
    refuse("futex would sleep for ever: there is one thread");
  }
  return failed(error::kAgain);
}

}  // namespace calls
}  // namespace Atoll::hosts::bsd
