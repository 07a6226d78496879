// Memory in its four states inside of one buffer, for a machine without an operating system:
// implements the memory calls of os/os.h.
//
//     lowest free place                    highest free place
//     reserve() -->                                <-- alloc()
//     +---------+--------+---------------------+-------------+---+
//     |  arenas of a heap  |   free            |  its records  | t |
//     +---------+--------+---------------------+-------------+---+
//
// A table (t) of one byte for each page of 4 KiB has the page's state. The table lies in the buffer
// itself: where the buffer does not begin or end at a page and the rest has room for it, there;
// otherwise it takes the first pages. Nothing else of the buffer is the space's own.
//
// What a heap reserves and what it allocates grow towards each other, so that its arenas follow
// each other and its records do not lie between them.
//
// Everything is exact: a call on a page that is not in the right state fails with kNotReserved and
// changes nothing. The buffer may hold anything at first: a page is cleared when it becomes Ready
// for the first time after it was None. A call takes time proportional to the pages of the buffer
// (a look at a byte for each), and to the bytes that it clears. Not thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "os/base/address.h"
#include "os/base/text.h"
#include "os/os.h"

namespace Atoll::os {

class FixedSpace {
 public:
  static constexpr std::uint64_t kPageBytes = 4096;

  constexpr FixedSpace() = default;  // no buffer: there is no memory
  FixedSpace(const FixedSpace&) = delete;
  FixedSpace& operator=(const FixedSpace&) = delete;

  // Takes the buffer, all of whose pages are None. It must stay for as long as the space is used.
  // Any alignment will do. Returns an empty line, or why the buffer is refused; then nothing has
  // changed, in the buffer or here. A space takes one buffer in its life.
  Line init(void* buffer, std::uint64_t size);

  // The pages that can be handed out.
  Range pages() const { return {first_, count_ * kPageBytes}; }
  // How many of their bytes are not None.
  std::uint64_t bytes_held() const;

  // As os/os.h says.
  Allocation reserve(Address hint, std::uint64_t size);
  Status release(Range range);
  Status map(Range range);
  Status used(Range range);
  Status unused(Range range);
  Allocation alloc(std::uint64_t size);
  Status free(Range range);
  std::optional<std::uint64_t> resident(Range range) const;

 private:
  enum class State : std::uint8_t {
    kNone,
    kReserved,
    kPrepared,  // since it was None, it was never Ready
    kUnused,    // Prepared as well, but it may hold what it held
    kReady,
  };
  using Number = std::size_t;  // of a page

  static constexpr unsigned bit(State state) { return 1U << static_cast<unsigned>(state); }

  Number number_of(Address page) const { return static_cast<Number>((page - first_) / kPageBytes); }
  Address address_of(Number page) const { return first_ + page * kPageBytes; }
  // Of each page in a range inside of pages().
  std::span<State> states_of(Range range) const {
    return {states_ + number_of(range.base), static_cast<Number>(range.size / kPageBytes)};
  }
  Allocation take(Number first, Number count, State state);
  bool is_free(Number first, Number count) const;
  Status check(Range range, unsigned states) const;
  void set(Range range, State state);
  void clear(Number page) const;

  Address first_;
  Number count_ = 0;
  State* states_ = nullptr;
};

}  // namespace Atoll::os
