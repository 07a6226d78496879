// The processor's tables: which page of the address space is which physical memory.
//
// Pages of 4 KiB, 39 bits of address, three levels of tables with 512 entries each:
//
//   38      30 29      21 20      12 11       0
//   | level 1 |  level 2 |  level 3 |  offset  |
//     1 GiB       2 MiB      4 KiB
//
// An entry of level 2 may be a block of 2 MiB at once. A table exists only while something in it is
// mapped: how many entries are in use is kept in the entry that points to it, in bits 2 to 11,
// which the processor ignores.
//
// The order of things, which the architecture demands and the tests watch over:
//   - A new table is seen to be empty before anything points to it.
//   - An entry that was valid is made invalid first, then the processor forgets it, and only then
//     the memory behind it is given back or the entry used for something else: break before make.
//     Meanwhile the address stays in the invalid entry, so nothing else has to remember it.
//   - Rights may change in a valid entry; the processor forgets the old ones before the call ends.
//
// Ranges are whole pages below 2^39. A call that fails has changed nothing: the tables and frames
// it needs are counted first. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>

#include "os/arm64/frames.h"
#include "os/base/address.h"

namespace Atoll::os::arm64 {

// How the part of the processor that reads the tables hears of changes.
class Walker {
 public:
  // What was written to memory before is seen before what is written later.
  virtual void order() = 0;
  // Entries that became valid serve accesses from now on.
  virtual void publish() = 0;
  // No access is served any more by what entries or tables said about `range` before.
  virtual void forget(Range range) = 0;

 protected:
  constexpr Walker() = default;
  ~Walker() = default;
  Walker(const Walker&) = default;
  Walker& operator=(const Walker&) = default;
};

enum class Rights : std::uint8_t { kReadWrite, kReadOnly, kReadExecute };

struct Translation {
  Address physical;
  Rights rights = Rights::kReadWrite;

  friend bool operator==(const Translation&, const Translation&) = default;
};

class PageTables {
 public:
  static constexpr unsigned kAddressBits = 39;
  static constexpr std::uint64_t kPageBytes = 4096;
  static constexpr std::uint64_t kBlockBytes = std::uint64_t{2} << 20;

  // Both must outlive the tables.
  constexpr PageTables(Frames& frames, Walker& walker) : frames_(frames), walker_(walker) {}
  PageTables(const PageTables&) = delete;
  PageTables& operator=(const PageTables&) = delete;

  // Takes the table of level 1, empty. False: no frame left.
  bool init();

  // For the processor.
  Address root() const { return Address::of(root_); }

  // Maps memory from `physical` on, in pages or blocks: `leaf_bytes` is kPageBytes or kBlockBytes,
  // and both ranges are multiples of it. The memory remains the caller's. False: a part of `range`
  // is mapped already, or no frame is left for a table.
  bool map(Range range, Address physical, Rights rights, std::uint64_t leaf_bytes);

  // Puts a zeroed frame, readable and writable, behind every page that has none, and leaves the
  // others alone. False: not enough frames.
  bool back(Range range);

  // Parts may be unmapped already. Frames of back() are given back. False: a block would be cut.
  bool unmap(Range range);

  // Of what is mapped in `range`. False: a block would be cut.
  bool protect(Range range, Rights rights);

  std::optional<Translation> walk(Address address) const;

  // Pages of `range` that are not mapped.
  std::uint64_t missing_pages(Range range) const;

 private:
  using Entry = std::uint64_t;

  // A table, and the entry that points to it: null for level 1.
  struct Table {
    Entry* entries = nullptr;
    Entry* parent = nullptr;
  };

  struct Leaf {
    Entry entry = 0;
    std::uint64_t bytes = 0;
  };

  Table top() const { return {root_, nullptr}; }
  static Entry& entry_of(Table table, unsigned level, Address address);
  static Table below(Entry& entry);
  Table below_or_new(Table table, unsigned level, Address address);
  static void set(Table table, unsigned level, Address address, Entry value);

  Leaf leaf_at(Address address) const;
  bool cuts_block(Range range) const;
  std::uint64_t missing_tables(Range range, std::uint64_t leaf_bytes) const;
  void unmap_block(Table second, Address address);
  void unmap_pages(Table third, Range range);
  void remove_if_empty(Table table, unsigned level, Address address);

  Frames& frames_;
  Walker& walker_;
  Entry* root_ = nullptr;
};

}  // namespace Atoll::os::arm64
