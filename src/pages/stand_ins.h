// Stand-ins for arenas whose pages are all alike, in the map of a sparing heap. A huge block that
// nobody touches then costs one pointer for each of its arenas.
//
// All arenas of free pages in the same state share one stand-in. The arenas inside of a span in use
// share one that has this span for every page. Lookups need not know: like an arena, a stand-in has
// a span and a record for each page, and all of its records are empty. When its span is freed, the
// stand-in serves another span, but its memory never goes away. So a lookup of a wild pointer may
// find a stale span there, as it may in an arena: one that does not have the pointer's address.
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

  // Begins without stand-ins. `memory` must outlive this object.
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

  // Makes the stand-ins of free pages, if they do not exist yet. Returns false if there is no
  // memory.
  bool begin() { return exist() || make_free(); }
  bool exist() const { return free_ != nullptr; }

  // The stand-in of pages that are in no span in use and have these bits (Arena::kReady,
  // Arena::kDirty). Precondition: exist().
  Arena* of_free(std::uint64_t bits) const;

  // Makes sure that take() finds a stand-in. Returns false if there is no memory.
  bool stock() { return spare_ != nullptr || make_spare(); }
  // Takes a stand-in for the inside of this span in use, whose pages are Ready and dirty.
  // Precondition: stock() returned true.
  Arena* take(Span* span);
  // Takes back a stand-in that no arena uses any more.
  void give_back(Arena* arena);

 private:
  bool make_free();
  bool make_spare();
  std::uint64_t record_bytes() const;

  PersistentAlloc* memory_ = nullptr;
  std::uint64_t pages_ = 0;    // in an arena
  std::byte* free_ = nullptr;  // the four stand-ins of free pages, indexed by their bits
  Arena* spare_ = nullptr;
};

}  // namespace Atoll::pages
