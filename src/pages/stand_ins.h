// What the map of a sparing heap has in place of arenas whose pages are all alike, so that a huge
// block that nobody touches costs one address for each of its arenas.
//
// All arenas of free pages in the same state share one stand-in. Those inside of a span in use
// share one that has this span for every page. Lookups need not know: a stand-in has a span and a
// record for each page, as an arena has, and all records are empty. It goes to another span when
// its own is freed, but its memory never goes away, so whoever finds it by a wild pointer finds
// what is no longer true, as he may in an arena: a span that does not have his address.
#pragma once

#include <cstddef>
#include <cstdint>

#include "src/base/persistent_alloc.h"
#include "src/pages/arena.h"

namespace Atoll::pages {

// Not thread safe: callers hold the heap's lock.
class StandIns {
 public:
  constexpr StandIns() = default;
  StandIns(const StandIns&) = delete;
  StandIns& operator=(const StandIns&) = delete;

  // There is none yet. `memory` must outlive this object.
  void init(PersistentAlloc& memory, std::uint64_t pages_per_arena) {
    clear();
    memory_ = &memory;
    pages_ = pages_per_arena;
  }
  // Forgets everything, before the memory goes away.
  void clear() {
    free_ = nullptr;
    spare_ = nullptr;
  }

  // Makes those of free pages, if they are not there yet. False: no memory.
  bool begin() { return exist() || make_free(); }
  bool exist() const { return free_ != nullptr; }

  // Of pages in no span in use, with these bits (Arena::kReady, Arena::kDirty). Precondition:
  // exist().
  Arena* of_free(std::uint64_t bits) const;

  // Sees to it that take() finds one. False: no memory.
  bool stock() { return spare_ != nullptr || make_spare(); }
  // Of the inside of this span in use, whose pages are Ready and dirty. Precondition: stock().
  Arena* take(Span* span);
  // It stands in for no arena any more.
  void give_back(Arena* arena);

 private:
  bool make_free();
  bool make_spare();
  std::uint64_t record_bytes() const;

  PersistentAlloc* memory_ = nullptr;
  std::uint64_t pages_ = 0;    // in an arena
  std::byte* free_ = nullptr;  // the four of free pages, by their bits
  Arena* spare_ = nullptr;
};

}  // namespace Atoll::pages
