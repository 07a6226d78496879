#include "hosts/base/refuse.h"

#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace Atoll::hosts {

// It does not use stdio's buffers, because a signal handler may call it on the guest's stack.
void refuse(const char* format, ...) {
  char line[512] = "atoll-host: ";
  const std::size_t prefix = std::strlen(line);
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line + prefix, sizeof line - prefix - 1, format, arguments);
  va_end(arguments);
  const std::size_t size = std::strlen(line);
  line[size] = '\n';
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line, size + 1);
  ::_exit(kRefused);
}

}  // namespace Atoll::hosts
