#include "src/malloc/out_of_memory.h"

#include "os/base/text.h"
#include "os/os.h"

namespace Atoll {

void die_of_no_memory(std::string_view who, std::uint64_t size) {
  Line line;
  line << "atoll: " << who << ": no memory for " << size << " bytes\n";
  os::native().write(line.view());
  // GCC does not know of virtual functions that they do not return.
  for (;;) os::native().abort();
}

}  // namespace Atoll
