// The bytes of a file, read in pieces: whatever its headers claim, only a few pieces are in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace Atoll::observe {

// What is wrong with a file, as the end of a sentence that begins with its name.
class BadFile : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Source {
 public:
  virtual ~Source() = default;

  virtual std::uint64_t size() const = 0;

  // Fills `to` with the bytes from `offset` on; throws BadFile if they are not all there.
  void read(std::uint64_t offset, std::span<char> to) const;

 private:
  // The whole range is inside of the file.
  virtual void do_read(std::uint64_t offset, std::span<char> to) const = 0;
};

// Opens a file for reading. A pipe is read to its end. Throws BadFile.
std::unique_ptr<Source> open_source(const std::string& path);

// The largest file that is looked at: no linker of Go can make a larger one.
inline constexpr std::uint64_t kMostFile = std::uint64_t{2} << 30;
// The same for a pipe, which is kept in memory.
inline constexpr std::uint64_t kMostPipe = std::uint64_t{256} << 20;

// Bytes in memory, which must outlive it.
class MemorySource : public Source {
 public:
  explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t size() const override { return bytes_.size(); }

 private:
  void do_read(std::uint64_t offset, std::span<char> to) const override;

  std::string_view bytes_;
};

// A part of another source, which must outlive it.
class PartSource : public Source {
 public:
  // Precondition: the part is inside of `whole`.
  PartSource(const Source& whole, std::uint64_t begin, std::uint64_t size)
      : whole_(whole), begin_(begin), size_(size) {}

  std::uint64_t size() const override { return size_; }

 private:
  void do_read(std::uint64_t offset, std::span<char> to) const override;

  const Source& whole_;
  std::uint64_t begin_;
  std::uint64_t size_;
};

}  // namespace Atoll::observe
