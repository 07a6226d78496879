// The results that find_object() must have.
#include "os/base/bits.h"
#include "tests/heap/model.h"

namespace Atoll::test {
namespace {

std::string describe(const Object& object) {
  if (!object) return "nothing";
  Line line;
  line << Address::of(object.base) << " of " << std::uint64_t{object.size} << " bytes"
       << (object.noscan ? " without pointers" : " with pointers");
  return std::string(line.view());
}

const std::byte* byte_at(std::uintptr_t address) {
  return reinterpret_cast<const std::byte*>(address);
}

}  // namespace

bool Model::find(const Request& request) {
  const Slot& slot = slots_[request.slot % slots_.size()];
  if (slot.bytes != nullptr && slot.size != 0 && !find_around(slot)) return false;
  const auto any = static_cast<std::uintptr_t>(request.size);
  if (!check_found(byte_at(any))) return false;
  // A wild address close to an object or stack.
  const auto near =
      extents_.lower_bound(reinterpret_cast<std::uintptr_t>(slot.bytes) + any % 65536);
  return near == extents_.end() || check_found(byte_at(near->second.end + any % 32));
}

bool Model::find_around(const Item& item) {
  return check_found(item.bytes) && check_found(item.bytes + item.extent / 2) &&
         check_found(item.bytes + item.extent - 1) && check_found(item.bytes - 1) &&
         check_found(item.bytes + item.extent);
}

// The object in use that holds `p`, as far as this model knows.
Object Model::expected_object(const void* p) const {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  const std::uintptr_t block = address & ~std::uintptr_t{port::kTinySize - 1};
  if (counts_.tiny_blocks.contains(block)) {
    return {reinterpret_cast<void*>(block), port::kTinySize, true};
  }
  auto it = extents_.upper_bound(address);
  if (it == extents_.begin()) return {};
  --it;
  if (it->second.end <= address || it->second.slot == kStack) return {};
  const Slot& slot = slots_[it->second.slot];
  return {slot.bytes, slot.extent, !slot.scan};
}

bool Model::check_found(const void* p) {
  const Object found = heap_.find_object(p);
  const Object expected = expected_object(p);
  if (!expected) return check_found_nothing_of_ours(p, found);
  if (found.base == expected.base && found.size == expected.size &&
      found.noscan == expected.noscan) {
    return true;
  }
  Line line;
  line << "find_object(" << Address::of(p) << ") found ";
  return fail(std::string(line.view()) + describe(found) + ", not " + describe(expected));
}

// The heap may find a free object, except while marking, but never one of this model, or a stack's.
bool Model::check_found_nothing_of_ours(const void* p, const Object& found) {
  if (!found) return true;
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  const auto begin = reinterpret_cast<std::uintptr_t>(found.base);
  const auto next = extents_.lower_bound(begin);
  const bool is_open_block =
      heap_options_.objects.tiny && found.noscan && found.size == port::kTinySize;
  const bool is_exact = phase_ == Phase::kMarking && !options_.is_shared && !is_open_block;
  const bool overlaps = next != extents_.end() && next->first - begin < found.size;
  if (address - begin < found.size && !overlaps && !is_exact) return true;
  Line line;
  line << "find_object(" << Address::of(p) << ") found ";
  return fail(std::string(line.view()) + describe(found) + ", where nothing is in use");
}

}  // namespace Atoll::test
