#include "hosts/base/bytes.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace Atoll::hosts {

std::optional<Bytes> map_file(const char* path) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  struct stat status{};
  std::optional<Bytes> bytes;
  if (::fstat(file, &status) == 0) {
    if (!S_ISREG(status.st_mode)) {
      errno = EISDIR;
    } else if (status.st_size == 0) {
      bytes = Bytes();
    } else {
      const auto size = static_cast<std::size_t>(status.st_size);
      void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
      if (memory != MAP_FAILED) bytes = Bytes({static_cast<const std::byte*>(memory), size});
    }
  }
  const int code = errno;
  ::close(file);
  errno = code;
  return bytes;
}

}  // namespace Atoll::hosts
