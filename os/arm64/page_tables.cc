#include "os/arm64/page_tables.h"

#include <algorithm>

#include "os/base/bits.h"

namespace Atoll::os::arm64 {
namespace {

using Descriptor = std::uint64_t;

constexpr Descriptor kValid = 1;
constexpr Descriptor kKind = 3;
constexpr Descriptor kBlock = 1;
constexpr Descriptor kTableOrPage = 3;
constexpr Descriptor kAddress = 0x0000'ffff'ffff'f000;

// For blocks and pages. Attribute index 0 is ordinary memory: start.S writes that to MAIR_EL1.
constexpr Descriptor kNotWritable = Descriptor{1} << 7;
constexpr Descriptor kInnerShareable = Descriptor{3} << 8;
constexpr Descriptor kAccessed = Descriptor{1} << 10;  // without it the first access faults
constexpr Descriptor kNotExecutable = Descriptor{1} << 53;
constexpr Descriptor kNotExecutableByUser = Descriptor{1} << 54;
constexpr Descriptor kLeaf = kInnerShareable | kAccessed | kNotExecutableByUser;
constexpr Descriptor kRights = kNotWritable | kNotExecutable;
// Unmapping the page gives its frame back. The architecture leaves this bit to software.
constexpr Descriptor kOwned = Descriptor{1} << 55;

// For tables: the number of entries in use, in bits that the processor ignores.
constexpr Descriptor kOneInUse = Descriptor{1} << 2;
constexpr Descriptor kInUse = 0xffc;

constexpr unsigned kIndexBits = 9;
constexpr unsigned shift_of(unsigned level) { return 12 + kIndexBits * (3 - level); }
constexpr std::uint64_t span_of(unsigned level) { return std::uint64_t{1} << shift_of(level); }

constexpr bool is_valid(Descriptor d) { return (d & kValid) != 0; }
constexpr bool is_block(Descriptor d) { return (d & kKind) == kBlock; }
constexpr Address address_in(Descriptor d) { return Address(d & kAddress); }

constexpr Descriptor bits_of(Rights rights) {
  switch (rights) {
    case Rights::kReadWrite:
      return kNotExecutable;
    case Rights::kReadOnly:
      return kNotExecutable | kNotWritable;
    case Rights::kReadExecute:
      return kNotWritable;
  }
  return kRights;
}

constexpr Rights rights_in(Descriptor d) {
  if ((d & kNotExecutable) == 0) return Rights::kReadExecute;
  return (d & kNotWritable) == 0 ? Rights::kReadWrite : Rights::kReadOnly;
}

// The processor may read the entry at any time, so this writes it once and as a whole.
void put(Descriptor& entry, Descriptor value) {
  *static_cast<volatile Descriptor*>(&entry) = value;
}

// The parts of `range` between multiples of `unit`, in order.
template <class Visit>
void for_each_part(Range range, std::uint64_t unit, Visit visit) {
  while (!range.is_empty()) {
    const std::uint64_t size = std::min(range.size, unit - range.base.value() % unit);
    visit(Range{range.base, size});
    range = {range.base + size, range.size - size};
  }
}

}  // namespace

bool PageTables::init() {
  root_ = static_cast<Entry*>(frames_.take().pointer());
  walker_.order();
  return root_ != nullptr;
}

// --- Tables and entries. ---

PageTables::Entry& PageTables::entry_of(Table table, unsigned level, Address address) {
  constexpr std::uint64_t kEntries = std::uint64_t{1} << kIndexBits;
  return table.entries[(address.value() >> shift_of(level)) % kEntries];
}

PageTables::Table PageTables::below(Entry& entry) {
  return {static_cast<Entry*>(address_in(entry).pointer()), &entry};
}

PageTables::Table PageTables::below_or_new(Table table, unsigned level, Address address) {
  Entry& entry = entry_of(table, level, address);
  if (!is_valid(entry)) {
    const Address frame = frames_.take();
    walker_.order();
    set(table, level, address, frame.value() | kTableOrPage);
  }
  return below(entry);
}

void PageTables::set(Table table, unsigned level, Address address, Entry value) {
  Entry& entry = entry_of(table, level, address);
  const bool was_in_use = entry != 0;
  put(entry, value);
  if (table.parent == nullptr || was_in_use == (value != 0)) return;
  put(*table.parent, was_in_use ? *table.parent - kOneInUse : *table.parent + kOneInUse);
}

// --- Questions. ---

PageTables::Leaf PageTables::leaf_at(Address address) const {
  Entry& first = entry_of(top(), 1, address);
  if (!is_valid(first)) return {};
  Entry& second = entry_of(below(first), 2, address);
  if (!is_valid(second)) return {};
  if (is_block(second)) return {second, kBlockBytes};
  const Entry third = entry_of(below(second), 3, address);
  return is_valid(third) ? Leaf{third, kPageBytes} : Leaf{};
}

std::optional<Translation> PageTables::walk(Address address) const {
  if (address.value() >> kAddressBits != 0) return std::nullopt;
  const Leaf leaf = leaf_at(address);
  if (leaf.bytes == 0) return std::nullopt;
  const std::uint64_t offset = address.value() % leaf.bytes;
  return Translation{address_in(leaf.entry) + offset, rights_in(leaf.entry)};
}

bool PageTables::cuts_block(Range range) const {
  const auto lies_in_block = [&](Address address) { return leaf_at(address).bytes == kBlockBytes; };
  return (!range.base.is_aligned(kBlockBytes) && lies_in_block(range.base)) ||
         (!range.end().is_aligned(kBlockBytes) && lies_in_block(range.last()));
}

std::uint64_t PageTables::missing_pages(Range range) const {
  std::uint64_t missing = 0;
  for_each_part(range, span_of(1), [&](Range in_first) {
    Entry& first = entry_of(top(), 1, in_first.base);
    if (!is_valid(first)) {
      missing += in_first.size / kPageBytes;
      return;
    }
    for_each_part(in_first, span_of(2), [&](Range in_second) {
      Entry& second = entry_of(below(first), 2, in_second.base);
      if (!is_valid(second)) {
        missing += in_second.size / kPageBytes;
      } else if (!is_block(second)) {
        for_each_part(in_second, kPageBytes, [&](Range page) {
          missing += is_valid(entry_of(below(second), 3, page.base)) ? 0 : 1;
        });
      }
    });
  });
  return missing;
}

std::uint64_t PageTables::missing_tables(Range range, std::uint64_t leaf_bytes) const {
  std::uint64_t missing = 0;
  for_each_part(range, span_of(1), [&](Range in_first) {
    Entry& first = entry_of(top(), 1, in_first.base);
    const bool is_new = !is_valid(first);
    missing += is_new ? 1 : 0;
    if (leaf_bytes == kBlockBytes) return;
    for_each_part(in_first, span_of(2), [&](Range in_second) {
      const bool is_there = !is_new && is_valid(entry_of(below(first), 2, in_second.base));
      missing += is_there ? 0 : 1;
    });
  });
  return missing;
}

// --- Changes. ---

bool PageTables::map(Range range, Address physical, Rights rights, std::uint64_t leaf_bytes) {
  if (missing_pages(range) != range.size / kPageBytes) return false;
  if (missing_tables(range, leaf_bytes) > frames_.available()) return false;
  const bool in_blocks = leaf_bytes == kBlockBytes;
  const Entry bits = bits_of(rights) | kLeaf | (in_blocks ? kBlock : kTableOrPage);
  for_each_part(range, leaf_bytes, [&](Range part) {
    Table table = below_or_new(top(), 1, part.base);
    if (!in_blocks) table = below_or_new(table, 2, part.base);
    const Address to = physical + (part.base - range.base);
    set(table, in_blocks ? 2 : 3, part.base, to.value() | bits);
  });
  walker_.publish();
  return true;
}

bool PageTables::back(Range range) {
  const std::uint64_t pages = missing_pages(range);
  if (pages == 0) return true;
  if (pages + missing_tables(range, kPageBytes) > frames_.available()) return false;
  constexpr Entry kBits = kLeaf | kOwned | bits_of(Rights::kReadWrite) | kTableOrPage;
  for_each_part(range, kBlockBytes, [&](Range chunk) {
    const Table second = below_or_new(top(), 1, chunk.base);
    if (is_block(entry_of(second, 2, chunk.base))) return;
    const Table third = below_or_new(second, 2, chunk.base);
    for_each_part(chunk, kPageBytes, [&](Range page) {
      if (is_valid(entry_of(third, 3, page.base))) return;
      set(third, 3, page.base, frames_.take().value() | kBits);
    });
  });
  walker_.publish();
  return true;
}

bool PageTables::unmap(Range range) {
  if (cuts_block(range)) return false;
  for_each_part(range, span_of(1), [&](Range in_first) {
    Entry& first = entry_of(top(), 1, in_first.base);
    if (!is_valid(first)) return;
    const Table table = below(first);
    for_each_part(in_first, span_of(2), [&](Range in_second) {
      Entry& second = entry_of(table, 2, in_second.base);
      if (!is_valid(second)) return;
      if (is_block(second)) {
        unmap_block(table, in_second.base);
      } else {
        unmap_pages(below(second), in_second);
        remove_if_empty(table, 2, in_second.base);
      }
    });
    remove_if_empty(top(), 1, in_first.base);
  });
  return true;
}

void PageTables::unmap_block(Table second, Address address) {
  Entry& entry = entry_of(second, 2, address);
  put(entry, entry & ~kValid);
  walker_.forget({address, kBlockBytes});
  set(second, 2, address, 0);
}

void PageTables::unmap_pages(Table third, Range range) {
  bool has_pages = false;
  for_each_part(range, kPageBytes, [&](Range page) {
    Entry& entry = entry_of(third, 3, page.base);
    has_pages = has_pages || is_valid(entry);
    put(entry, entry & ~kValid);
  });
  if (!has_pages) return;
  walker_.forget(range);
  for_each_part(range, kPageBytes, [&](Range page) {
    const Entry entry = entry_of(third, 3, page.base);
    if ((entry & kOwned) != 0) (void)frames_.give(address_in(entry));
    set(third, 3, page.base, 0);
  });
}

void PageTables::remove_if_empty(Table table, unsigned level, Address address) {
  Entry& entry = entry_of(table, level, address);
  if ((entry & kInUse) != 0) return;
  put(entry, entry & ~kValid);
  walker_.forget({address.aligned_down(kPageBytes), kPageBytes});
  const Address frame = address_in(entry);
  set(table, level, address, 0);
  (void)frames_.give(frame);
}

bool PageTables::protect(Range range, Rights rights) {
  if (cuts_block(range)) return false;
  const auto change = [&](Entry& entry) {
    if (is_valid(entry)) put(entry, (entry & ~kRights) | bits_of(rights));
  };
  for_each_part(range, kBlockBytes, [&](Range chunk) {
    Entry& first = entry_of(top(), 1, chunk.base);
    if (!is_valid(first)) return;
    Entry& second = entry_of(below(first), 2, chunk.base);
    if (!is_valid(second)) return;
    if (is_block(second)) {
      change(second);
    } else {
      for_each_part(chunk, kPageBytes,
                    [&](Range page) { change(entry_of(below(second), 3, page.base)); });
    }
    walker_.forget(chunk);
  });
  return true;
}

}  // namespace Atoll::os::arm64
