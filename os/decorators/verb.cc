#include "os/decorators/verb.h"

namespace Atoll::os {

std::string_view name(Verb verb) {
  switch (verb) {
    case Verb::kReserve:
      return "reserve";
    case Verb::kRelease:
      return "release";
    case Verb::kMap:
      return "map";
    case Verb::kUsed:
      return "used";
    case Verb::kUnused:
      return "unused";
    case Verb::kFault:
      return "fault";
    case Verb::kAlloc:
      return "alloc";
    case Verb::kFree:
      return "free";
    case Verb::kResident:
      return "resident";
    case Verb::kWishHugePages:
      return "wish_huge_pages";
  }
  return "unknown";
}

}  // namespace Atoll::os
