#include "hosts/darwin/load.h"

#include <sys/mman.h>

#include <cstring>
#include <vector>

#include "hosts/base/refuse.h"

namespace Atoll::hosts::darwin {
namespace {

int protection_of(const Segment& segment) {
  return (segment.is_readable ? PROT_READ : 0) | (segment.is_writable ? PROT_WRITE : 0) |
         (segment.is_executable ? PROT_EXEC : 0);
}

void map(const Segment& segment, GuestMemory& memory) {
  const Mapping mapping = memory.map_at(segment.range.base, segment.range.size,
                                        PROT_READ | PROT_WRITE, Existing::kRefuse);
  if (mapping.failure != MemoryFailure::kNone) {
    refuse("segment %.*s cannot be had at 0x%llx", static_cast<int>(segment.name.size()),
           segment.name.data(), static_cast<unsigned long long>(segment.range.base.value()));
  }
  if (segment.contents.size() != 0) {
    std::memcpy(segment.range.base.pointer(), segment.contents.data(), segment.contents.size());
  }
}

std::vector<Address> find_imports(const Image& image, Lookup lookup) {
  std::vector<Address> found;
  for (const Import& import : image.imports) {
    const Address address = Address::of(lookup(import.name));
    if (address.is_null() && !import.is_weak) {
      refuse("libSystem's %.*s is not served", static_cast<int>(import.name.size()),
             import.name.data());
    }
    found.push_back(address);
  }
  return found;
}

void protect(const Segment& segment, GuestMemory& memory) {
  char* const first = static_cast<char*>(segment.range.base.pointer());
  if (segment.is_executable) __builtin___clear_cache(first, first + segment.range.size);
  if (memory.protect(segment.range, protection_of(segment)) != MemoryFailure::kNone) {
    refuse("segment %.*s cannot be protected", static_cast<int>(segment.name.size()),
           segment.name.data());
  }
}

}  // namespace

void load(const Image& image, GuestMemory& memory, Lookup lookup) {
  const std::vector<Address> imports = find_imports(image, lookup);
  for (const Segment& segment : image.segments) map(segment, memory);
  for (const Fixup& fixup : image.fixups) {
    Address value(fixup.value);
    if (fixup.import != Fixup::kNoImport) {
      const Address imported = imports[fixup.import];
      value = imported.is_null() ? Address() : imported + fixup.value;
    }
    std::memcpy(fixup.place.pointer(), &value, sizeof value);
  }
  for (const Segment& segment : image.segments) protect(segment, memory);
}

}  // namespace Atoll::hosts::darwin
