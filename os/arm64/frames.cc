#include "os/arm64/frames.h"

#include <bit>
#include <cstring>

#include "os/base/bits.h"

namespace Atoll::os::arm64 {

void Frames::init(Range memory) {
  const std::uint64_t all = memory.size / kBytes;
  const std::uint64_t words = (all + kWordBits - 1) / kWordBits;
  const std::uint64_t bitmap = round_up(words * sizeof(Word), kBytes);
  words_ = static_cast<Word*>(memory.base.pointer());
  frames_ = {memory.base + bitmap, memory.size - bitmap};
  first_word_ = 0;
  available_ = frames_.size / kBytes;
  std::memset(words_, 0, static_cast<std::size_t>(bitmap));
  for (std::uint64_t i = 0; i < available_; ++i) word_of(i) |= bit(i);
}

Address Frames::take() {
  if (available_ == 0) return Address();
  while (words_[first_word_] == 0) ++first_word_;
  const auto in_word = static_cast<unsigned>(std::countr_zero(words_[first_word_]));
  const std::uint64_t number = std::uint64_t{first_word_} * kWordBits + in_word;
  word_of(number) &= ~bit(number);
  --available_;
  const Address frame = frames_.base + number * kBytes;
  std::memset(frame.pointer(), 0, static_cast<std::size_t>(kBytes));
  return frame;
}

bool Frames::give(Address frame) {
  if (!frames_.contains(frame) || !frame.is_aligned(kBytes)) return false;
  const std::uint64_t number = (frame - frames_.base) / kBytes;
  if ((word_of(number) & bit(number)) != 0) return false;
  word_of(number) |= bit(number);
  ++available_;
  const auto word = static_cast<std::size_t>(number / kWordBits);
  if (word < first_word_) first_word_ = word;
  return true;
}

}  // namespace Atoll::os::arm64
