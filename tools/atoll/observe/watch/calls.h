// What a program of Go asked the operating system for until its heap stood.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace Atoll::observe {

enum class CallKind : std::uint8_t { kMap, kUnmap, kProtect, kAdvise, kBreak, kThread };

// One call about anonymous memory, or the beginning of a thread.
struct Call {
  CallKind kind = CallKind::kMap;
  std::uint64_t address =
      0;  // of a map: the wish; of a thread: the end of its stack, if it is known
  std::uint64_t size = 0;
  bool is_accessible = false;  // of a map or a protect: more than PROT_NONE
  bool is_fixed = false;       // MAP_FIXED
  unsigned advice = 0;
  std::optional<std::uint64_t> result;  // of a map or a break: an address; none: the call failed
  std::string error;                    // why it failed, as in "ENOMEM"
  std::string in_the_way;               // which mapping lay where the wish was, if that is known
};

enum class Ending : std::uint8_t {
  kHeapStands,  // its first thread began; it was ended then, unless it was to run to its end
  kExited,      // of itself, before it began a thread
  kSignal,      // a signal ended it before
  kTimedOut,    // ended by the observer, as in the next two
  kTooMuchMemory,
  kTooManyProcesses,
};

struct Watched {
  std::vector<Call> calls;  // of the program itself, not of other programs that it started
  Ending ending = Ending::kExited;
  bool heap_stands = false;
  int exit_code = 0;       // or the number of the signal
  unsigned processes = 0;  // that it began beside itself
};

// "map(0xc000000000, 67108864, none) -> 0xc000000000".
std::string text_of(const Call& call);

}  // namespace Atoll::observe
