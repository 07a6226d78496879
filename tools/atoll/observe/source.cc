#include "tools/atoll/observe/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace Atoll::observe {
namespace {

class File {
 public:
  explicit File(const std::string& path) : descriptor_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail();
  }
  ~File() { close(descriptor_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int descriptor() const { return descriptor_; }

  [[noreturn]] static void fail() {
    throw BadFile(fmt::format("cannot be read: {}", std::strerror(errno)));
  }

 private:
  int descriptor_;
};

// Keeps the piece that was read last, since headers are read field by field.
class FileSource : public Source {
 public:
  FileSource(std::unique_ptr<File> file, std::uint64_t size)
      : file_(std::move(file)), size_(size) {}

  std::uint64_t size() const override { return size_; }

 private:
  void do_read(std::uint64_t offset, std::span<char> to) const override {
    if (to.size() > piece_.size() / 2) return read_file(offset, to);
    if (offset < begin_ || offset + to.size() > begin_ + length_) {
      const std::uint64_t length = std::min<std::uint64_t>(piece_.size(), size_ - offset);
      length_ = 0;
      read_file(offset, {piece_.data(), static_cast<std::size_t>(length)});
      begin_ = offset;
      length_ = length;
    }
    std::memcpy(to.data(), piece_.data() + (offset - begin_), to.size());
  }

  void read_file(std::uint64_t offset, std::span<char> to) const {
    for (std::size_t done = 0; done < to.size();) {
      const ssize_t got = pread(file_->descriptor(), to.data() + done, to.size() - done,
                                static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) File::fail();
      if (got == 0) throw BadFile("became shorter while it was read");
      done += static_cast<std::size_t>(got);
    }
  }

  std::unique_ptr<File> file_;
  std::uint64_t size_;
  mutable std::array<char, 1 << 14> piece_ = {};
  mutable std::uint64_t begin_ = 0;
  mutable std::uint64_t length_ = 0;
};

class OwnedSource : public Source {
 public:
  explicit OwnedSource(std::string bytes) : bytes_(std::move(bytes)) {}

  std::uint64_t size() const override { return bytes_.size(); }

 private:
  void do_read(std::uint64_t offset, std::span<char> to) const override {
    std::memcpy(to.data(), bytes_.data() + offset, to.size());
  }

  std::string bytes_;
};

std::string read_pipe(const File& file) {
  std::string bytes;
  std::array<char, 1 << 16> piece;
  while (true) {
    const ssize_t got = ::read(file.descriptor(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) File::fail();
    if (got == 0) return bytes;
    bytes.append(piece.data(), static_cast<std::size_t>(got));
    if (bytes.size() > kMostPipe) {
      throw BadFile(fmt::format("is a pipe with more than {} MiB", kMostPipe >> 20));
    }
  }
}

}  // namespace

void Source::read(std::uint64_t offset, std::span<char> to) const {
  if (to.empty()) return;
  if (offset > size() || to.size() > size() - offset) {
    throw BadFile(fmt::format("is truncated: it ends at byte {}", size()));
  }
  do_read(offset, to);
}

void MemorySource::do_read(std::uint64_t offset, std::span<char> to) const {
  std::memcpy(to.data(), bytes_.data() + offset, to.size());
}

void PartSource::do_read(std::uint64_t offset, std::span<char> to) const {
  whole_.read(begin_ + offset, to);
}

std::unique_ptr<Source> open_source(const std::string& path) {
  auto file = std::make_unique<File>(path);
  struct stat status = {};
  if (fstat(file->descriptor(), &status) != 0) File::fail();
  if (S_ISDIR(status.st_mode)) throw BadFile("is a folder");
  if (S_ISFIFO(status.st_mode)) return std::make_unique<OwnedSource>(read_pipe(*file));
  if (!S_ISREG(status.st_mode)) throw BadFile("is a device");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > kMostFile) {
    throw BadFile(fmt::format("has {} bytes, and no program of Go has more than {} GiB", size,
                              kMostFile >> 30));
  }
  return std::make_unique<FileSource>(std::move(file), size);
}

}  // namespace Atoll::observe
