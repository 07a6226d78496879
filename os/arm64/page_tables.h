// The processor's page tables: they map pages of the address space to physical memory.
//
// Pages of 4 KiB, 39 bits of address, three levels of tables with 512 entries each:
//
//   38      30 29      21 20      12 11       0
//   | level 1 |  level 2 |  level 3 |  offset  |
//     1 GiB       2 MiB      4 KiB
//
// An entry of level 2 may map a block of 2 MiB at once. A table exists only while something in it
// is mapped. The entry that points to a table counts the table's entries in use, in bits 2 to 11,
// which the processor ignores.
//
// The architecture demands an order of steps, and the tests check it:
//   - The processor sees a new table as empty before anything points to it.
//   - To change a valid entry, the code makes it invalid, then makes the processor forget it, and
//     only then gives back the memory behind it or reuses the entry: break before make. Meanwhile
//     the address stays in the invalid entry, so nothing else has to remember it.
//   - Rights may change in a valid entry; the processor forgets the old ones before the call ends.
//
// Ranges are whole pages below 2^39. A call that fails has changed nothing, because it first counts
// the tables and frames that it needs. Not thread safe.
#pragma once

#include <cstdint>
#include <optional>

#include "os/arm64/frames.h"
#include "os/base/address.h"

namespace Atoll::os::arm64 {

// Tells the part of the processor that reads the tables about changes.
class Walker {
 public:
  // Makes earlier writes to memory visible before later ones.
  virtual void order() = 0;
  // Accesses use entries that became valid from now on.
  virtual void publish() = 0;
  // After this call, no access uses what entries or tables said about `range` before.
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

  // Takes an empty table of level 1. Returns false if no frame is left.
  bool init();

  // The address of the level 1 table, for the processor.
  Address root() const { return Address::of(root_); }

  // Maps memory from `physical` on, in pages or blocks: `leaf_bytes` is kPageBytes or kBlockBytes,
  // and both ranges are multiples of it. The caller keeps the memory. Returns false if a part of
  // `range` is mapped already, or no frame is left for a table.
  bool map(Range range, Address physical, Rights rights, std::uint64_t leaf_bytes);

  // Puts a zeroed, readable and writable frame behind every page that has none, and leaves the
  // other pages alone. Returns false if there are not enough frames.
  bool back(Range range);

  // Unmaps `range`, also if parts are unmapped already, and gives the frames of back() back.
  // Returns false if that would cut a block.
  bool unmap(Range range);

  // Changes the rights of what is mapped in `range`. Returns false if that would cut a block.
  bool protect(Range range, Rights rights);

  std::optional<Translation> walk(Address address) const;

  // The number of pages in `range` that are not mapped.
  std::uint64_t missing_pages(Range range) const;

 private:
  using Entry = std::uint64_t;

  // A table, and the entry that points to it, which is null for level 1.
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
