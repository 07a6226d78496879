// Identifies a file. The readers of executable files say what it is or what is wrong with it, and
// do nothing else.
#include "tools/atoll/observe/identify.h"

#include "tests/fuzz/fuzz.h"

namespace Atoll::test {

std::string fuzz(FuzzInput input) {
  const observe::MemorySource source({reinterpret_cast<const char*>(input.data()), input.size()});
  try {
    (void)observe::identify(source);
  } catch (const observe::BadFile&) {
  }
  return "";
}

}  // namespace Atoll::test
