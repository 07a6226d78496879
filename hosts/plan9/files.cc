#include "hosts/plan9/files.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "hosts/plan9/machine.h"

namespace Atoll::hosts::plan9 {
namespace {

constexpr std::uint32_t kForReading = 0;

// As on a machine with 1 GiB.
std::string swap_file() {
  const std::string size = std::to_string(kPageSize);
  return "1073741824 memory\n" + size + " pagesize\n16384 kernel\n0/245760 user\n0/0 swap\n";
}

template <class Call>
std::int32_t repeat(Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) return static_cast<std::int32_t>(result);
  }
}

}  // namespace

Files::Files() {
  for (int i = 0; i < 3; ++i) add({.is_open = true, .host = i, .text = {}});
}

std::int32_t Files::add(File file) {
  const auto free =
      std::find_if(files_.begin(), files_.end(), [](const File& f) { return !f.is_open; });
  const auto number = static_cast<std::int32_t>(free - files_.begin());
  if (free == files_.end()) {
    files_.push_back(std::move(file));
  } else {
    *free = std::move(file);
  }
  return number;
}

Files::File* Files::find(std::int32_t file) {
  if (file < 0 || static_cast<std::size_t>(file) >= files_.size()) return nullptr;
  File& found = files_[static_cast<std::size_t>(file)];
  return found.is_open ? &found : nullptr;
}

std::int32_t Files::open(std::string_view name, std::uint32_t mode) {
  if (mode != kForReading) return -1;
  if (name == "/dev/swap") return add({.is_open = true, .host = -1, .text = swap_file()});
  if (name != "/dev/random") return -1;
  const int host = ::open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  return host < 0 ? -1 : add({.is_open = true, .host = host, .text = {}});
}

std::int32_t Files::close(std::int32_t file) {
  File* const found = find(file);
  if (found == nullptr) return -1;
  if (found->host > STDERR_FILENO) ::close(found->host);
  *found = File();
  return 0;
}

std::int32_t Files::pipe(std::int32_t ends[2]) {
  int both[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, both) != 0) return -1;
  for (int i = 0; i < 2; ++i) ends[i] = add({.is_open = true, .host = both[i], .text = {}});
  return 0;
}

std::int32_t Files::read(std::int32_t file, void* to, std::int32_t size, std::int64_t offset) {
  File* const found = find(file);
  if (found == nullptr || size < 0 || offset < -1) return -1;
  const auto wanted = static_cast<std::size_t>(size);
  // What is not a text has no places: pipes, the console, chance.
  if (found->host >= 0) return repeat([&] { return ::read(found->host, to, wanted); });
  const std::size_t from =
      offset < 0 ? found->place
                 : static_cast<std::size_t>(std::min<std::int64_t>(offset, INT32_MAX));
  const std::string_view text = found->text;
  const std::string_view rest = text.substr(std::min(from, text.size()), wanted);
  std::memcpy(to, rest.data(), rest.size());
  if (offset < 0) found->place = from + rest.size();
  return static_cast<std::int32_t>(rest.size());
}

std::int32_t Files::write(std::int32_t file, const void* from, std::int32_t size) {
  File* const found = find(file);
  if (found == nullptr || size < 0 || found->host < 0) return -1;
  return repeat([&] { return ::write(found->host, from, static_cast<std::size_t>(size)); });
}

}  // namespace Atoll::hosts::plan9
