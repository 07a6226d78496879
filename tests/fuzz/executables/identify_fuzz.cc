// For libFuzzer: the readers of executable files say what a file is or what is wrong with it, and
// do nothing else.

#include <cstddef>
#include <cstdint>

#include "tools/atoll/observe/identify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Atoll::observe::MemorySource source({reinterpret_cast<const char*>(data), size});
  try {
    (void)Atoll::observe::identify(source);
  } catch (const Atoll::observe::BadFile&) {
  }
  return 0;
}
