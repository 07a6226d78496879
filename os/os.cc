#include "os/os.h"

namespace Atoll::os {

[[gnu::cold]] std::string_view describe(Failure failure) {
  switch (failure) {
    case Failure::kNone:
      return "no failure";
    case Failure::kNoMemory:
      return "no memory";
    case Failure::kDenied:
      return "access denied";
    case Failure::kLockedLimit:
      return "too much locked memory";
    case Failure::kNotReserved:
      return "not reserved";
    case Failure::kBadArgument:
      return "bad argument";
    case Failure::kUnsupported:
      return "not supported";
  }
  return "unknown failure";
}

}  // namespace Atoll::os
