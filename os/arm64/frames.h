// Physical memory in frames of 4 KiB: which are free, as a bitmap.
//
// The lowest free frame is handed out first, and zeroed then and not when it comes back: many are
// never needed again. The bitmap lies at the beginning of the memory it describes, so nothing is
// allocated. Memory is reached at its physical address: the kernel maps it so, and on a host any
// memory of the process will do.
//
// One thread at a time.
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

  // All of `memory` is free from now on, but for the frames of the bitmap. At least two whole
  // frames.
  void init(Range memory);

  // Zeroed. Null: none is left. Takes constant time on average, if frames come back about as often.
  Address take();

  // False if that is no frame that was handed out; nothing changes then.
  bool give(Address frame);

  std::uint64_t available() const { return available_; }

 private:
  using Word = std::uint32_t;
  static constexpr unsigned kWordBits = 32;

  static constexpr Word bit(std::uint64_t number) { return Word{1} << (number % kWordBits); }
  // Of the frame with this number; a bit is set if its frame is free.
  Word& word_of(std::uint64_t number) { return words_[number / kWordBits]; }

  Range frames_;
  Word* words_ = nullptr;
  std::size_t first_word_ = 0;  // none before it has a free frame
  std::uint64_t available_ = 0;
};

}  // namespace Atoll::os::arm64
