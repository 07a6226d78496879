// Physical memory in frames of 4 KiB, with a bitmap of the free ones.
//
// take() hands out the lowest free frame. It zeroes the frame then, and not when the frame comes
// back, because many frames are never needed again. The bitmap lies at the beginning of the memory
// that it describes, so nothing needs to be allocated. The code reaches memory at its physical
// address: the kernel maps it so, and on a host any memory of the process will do.
//
// Not thread safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/base/address.h"

namespace Atoll::os::arm64 {

class Frames {
 public:
  static constexpr std::uint64_t kBytes = 4096;

  constexpr Frames() = default;
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;

  // Makes all of `memory` free, except for the frames of the bitmap. `memory` has at least two
  // whole frames.
  void init(Range memory);

  // Returns a zeroed frame; null if none is left. Takes constant time on average if frames come
  // back about as often.
  Address take();

  // Returns false, and changes nothing, if `frame` is no frame that take() handed out.
  bool give(Address frame);

  std::uint64_t available() const { return available_; }

 private:
  using Word = std::uint32_t;
  static constexpr unsigned kWordBits = 32;

  static constexpr Word bit(std::uint64_t number) { return Word{1} << (number % kWordBits); }
  // The bitmap's word for the frame with this number. A set bit means a free frame.
  Word& word_of(std::uint64_t number) { return words_[number / kWordBits]; }

  Range frames_;
  Word* words_ = nullptr;
  std::size_t first_word_ = 0;  // no word before it has a free frame
  std::uint64_t available_ = 0;
};

}  // namespace Atoll::os::arm64
