// What a free needs to know about an object's page, in one word: which cache may take the object
// back as its own, and where it goes there.
//
//   bits 16 to 31    the cache's number; 0: no cache may, ask the span
//   bits 12 to 15    the place of a large object in that cache, from 1 on
//   bits  0 to 11    the offset of a small object's list in that cache, in bytes
//
// One of the two lower fields is 0. A cache compares a record with its number by one XOR. The
// result is the list's offset if the record is its own and of small objects, above any offset and
// below any number if it is its own and of a large object, and larger if it is not its own. Only
// the three types below know this layout.
#pragma once

#include <cstddef>
#include <cstdint>

namespace Atoll::pages {

class PageRecord;

// The number of a cache. There are 2^16 - 2 numbers, which caches get in turn. A cache that gets
// the number of one that is gone takes over its records. Once a heap has made more caches than
// there are numbers, two live caches may have the same number.
class CacheNumber {
 public:
  // Nobody's number: no record has it, so every record is somebody else's.
  constexpr CacheNumber() = default;

  // The next number: the first one after nobody's, and again after the last.
  constexpr CacheNumber next() const {
    return CacheNumber(bits_ >= kNobody - kFirst ? kFirst : bits_ + kFirst);
  }
  constexpr bool is_nobody() const { return bits_ == kNobody; }
  friend constexpr bool operator==(CacheNumber, CacheNumber) = default;

 private:
  friend class PageRecord;
  friend class WhoseList;

  static constexpr unsigned kShift = 16;
  static constexpr std::uint32_t kFirst = std::uint32_t{1} << kShift;
  static constexpr std::uint32_t kNobody = 0 - kFirst;

  explicit constexpr CacheNumber(std::uint32_t bits) : bits_(bits) {}

  std::uint32_t bits_ = kNobody;  // shifted to its place in a record
};

// What a record tells one cache about a freed object: whether one of the cache's own lists takes
// it, or whether it is a large object with a place in the cache.
class WhoseList {
 public:
  static constexpr unsigned kOffsetBits = 12;
  static constexpr std::size_t kMostOffset = (std::size_t{1} << kOffsetBits) - 1;

  // Stands for no record.
  constexpr WhoseList() = default;

  // Whether the cache that asked may take the object back.
  constexpr bool is_mine() const { return bits_ <= kMostOffset; }
  // The offset of that list in the cache, in bytes. Precondition: is_mine().
  constexpr std::size_t my_offset() const { return bits_; }
  // The offset of the list in the cache that may take the object back, whichever cache that is; 0:
  // none may, or the object is large.
  constexpr std::size_t offset() const { return bits_ & kMostOffset; }
  // Whether the object is large and has a place in the cache that asked, and which. Precondition:
  // is_mine() is false.
  constexpr bool is_my_large() const { return bits_ < CacheNumber::kFirst; }
  constexpr unsigned my_place() const { return static_cast<unsigned>(bits_ >> kOffsetBits); }
  friend constexpr bool operator==(WhoseList, WhoseList) = default;

 private:
  friend class PageRecord;

  explicit constexpr WhoseList(std::uint32_t bits) : bits_(bits) {}

  std::size_t bits_ = CacheNumber::kNobody;  // as wide as an offset, which saves an instruction
};

class PageRecord {
 public:
  // Empty: no cache may take objects of this page back.
  constexpr PageRecord() = default;
  // `offset` is the list's place in the cache, at most WhoseList::kMostOffset.
  constexpr PageRecord(CacheNumber cache, std::size_t offset)
      : bits_(cache.bits_ | static_cast<std::uint32_t>(offset)) {}

  // The record of a large object at `place`, from 1 to kMostPlace.
  static constexpr unsigned kMostPlace = (1U << (CacheNumber::kShift - WhoseList::kOffsetBits)) - 1;
  static constexpr PageRecord of_large(CacheNumber cache, unsigned place) {
    return {cache, std::size_t{place} << WhoseList::kOffsetBits};
  }

  constexpr bool is_empty() const { return bits_ == 0; }
  constexpr bool is_of(CacheNumber cache) const { return for_cache(cache).is_mine(); }
  // As WhoseList::offset(), whoever asks.
  constexpr std::size_t offset() const { return bits_ & WhoseList::kMostOffset; }
  // What the record tells the cache with that number, or nobody.
  constexpr WhoseList for_cache(CacheNumber cache) const { return WhoseList(bits_ ^ cache.bits_); }
  friend constexpr bool operator==(PageRecord, PageRecord) = default;

 private:
  std::uint32_t bits_ = 0;
};
static_assert(sizeof(PageRecord) == sizeof(std::uint32_t));

}  // namespace Atoll::pages
