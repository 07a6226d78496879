// errno and the error numbers of the C library's headers.
#pragma once

#include <cerrno>

#include "os/backend/mmap_os.h"

namespace Atoll::os {

struct CErrno {
  static int& error() { return errno; }
  static constexpr MmapErrors kErrors = {.not_permitted = EPERM,
                                         .access = EACCES,
                                         .again = EAGAIN,
                                         .invalid = EINVAL,
                                         .no_call = ENOSYS,
                                         .interrupted = EINTR};
};

}  // namespace Atoll::os
