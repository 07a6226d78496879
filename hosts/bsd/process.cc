#include "hosts/bsd/process.h"

#include <fcntl.h>
#include <unistd.h>

#include "hosts/base/refuse.h"

namespace Atoll::hosts::bsd {

// Copies through a pipe: where a copy in this process would fault, the kernel returns an error.
bool Process::transfer(void* to, const void* from, std::size_t size) {
  // High numbers, because the guest may expect the low ones for its own files.
  constexpr int kHighest = 200;
  if (pipe_[0] < 0) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) refuse("cannot make a pipe");
    for (int i = 0; i < 2; ++i) {
      pipe_[i] = ::fcntl(ends[i], F_DUPFD_CLOEXEC, kHighest);
      if (pipe_[i] < 0) refuse("cannot move a pipe");
      ::close(ends[i]);
    }
  }
  const ssize_t written = ::write(pipe_[1], from, size);
  if (written <= 0) return false;
  const ssize_t n = ::read(pipe_[0], to, static_cast<std::size_t>(written));
  if (n == written && static_cast<std::size_t>(n) == size) return true;
  // The pipe may still hold bytes, so the next transfer gets a new one.
  ::close(pipe_[0]);
  ::close(pipe_[1]);
  pipe_[0] = -1;
  return false;
}

bool Process::is_mapped(std::uint64_t base, std::uint64_t size) const {
  const Range bytes{Address(base), size};
  if (size == 0 || bytes.last() < bytes.base) return size == 0;
  const Address first = bytes.base.aligned_down(page_size());
  return memory_.is_mapped(
      {first, (bytes.last() - first) / page_size() * page_size() + page_size()});
}

bool Process::copy_in(void* to, std::uint64_t from, std::size_t size) {
  return is_mapped(from, size) && transfer(to, Address(from).pointer(), size);
}

bool Process::copy_out(std::uint64_t to, const void* from, std::size_t size) {
  return is_mapped(to, size) && transfer(Address(to).pointer(), from, size);
}

std::uint64_t Process::random() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return random_;
}

}  // namespace Atoll::hosts::bsd
