#include "os/decorators/trace.h"

#include <algorithm>

namespace Atoll::os {
namespace {

class Line {
 public:
  explicit Line(std::span<char> storage) : storage_(storage) {}

  std::string_view text() const { return {storage_.data(), size_}; }

  void add(std::string_view text) {
    const std::size_t fits = std::min(text.size(), storage_.size() - size_);
    std::copy_n(text.data(), fits, storage_.data() + size_);
    size_ += fits;
  }

  void add_number(std::uint64_t number, unsigned radix) {
    char digits[20];
    std::size_t first = sizeof digits;
    do {
      digits[--first] = "0123456789abcdef"[number % radix];
      number /= radix;
    } while (number != 0);
    add({digits + first, sizeof digits - first});
  }

  void add_signed(std::int32_t number) {
    const std::int64_t wide = number;
    if (wide < 0) add("-");
    add_number(static_cast<std::uint64_t>(wide < 0 ? -wide : wide), 10);
  }

  void add_address(Address address) {
    if (address.is_null()) {
      add("null");
    } else {
      add("0x");
      add_number(address.value(), 16);
    }
  }

  // In the largest unit that leaves a whole number.
  void add_size(std::uint64_t size) {
    constexpr std::string_view kUnits[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
    std::size_t unit = 0;
    while (size != 0 && size % 1024 == 0) {
      size /= 1024;
      ++unit;
    }
    add_number(size, 10);
    add(kUnits[unit]);
  }

 private:
  std::span<char> storage_;
  std::size_t size_ = 0;
};

}  // namespace

TraceRecord* TraceOs::next(Verb verb, Address address, std::uint64_t size) {
  const std::uint32_t call = calls_.fetch_add(1, std::memory_order_relaxed);
  if (call >= storage_.size()) return nullptr;
  storage_[call] = TraceRecord{verb, address, size, Address(), Status()};
  return &storage_[call];
}

std::span<const TraceRecord> TraceOs::records() const {
  return storage_.first(
      std::min<std::size_t>(calls_.load(std::memory_order_relaxed), storage_.size()));
}

std::size_t TraceOs::overflow() const {
  const std::size_t calls = calls_.load(std::memory_order_relaxed);
  return calls > storage_.size() ? calls - storage_.size() : 0;
}

Allocation TraceOs::reserve(Address hint, std::uint64_t size) {
  TraceRecord* const record = next(Verb::kReserve, hint, size);
  const Allocation allocation = beneath().reserve(hint, size);
  if (record != nullptr) {
    record->result = allocation.base;
    record->status = allocation.status;
  }
  return allocation;
}

Allocation TraceOs::alloc(std::uint64_t size) {
  TraceRecord* const record = next(Verb::kAlloc, Address(), size);
  const Allocation allocation = beneath().alloc(size);
  if (record != nullptr) {
    record->result = allocation.base;
    record->status = allocation.status;
  }
  return allocation;
}

Status TraceOs::release(Address base, std::uint64_t size) {
  TraceRecord* const record = next(Verb::kRelease, base, size);
  const Status status = beneath().release(base, size);
  if (record != nullptr) record->status = status;
  return status;
}

Status TraceOs::map(Address base, std::uint64_t size) {
  TraceRecord* const record = next(Verb::kMap, base, size);
  const Status status = beneath().map(base, size);
  if (record != nullptr) record->status = status;
  return status;
}

Status TraceOs::used(Address base, std::uint64_t size) {
  TraceRecord* const record = next(Verb::kUsed, base, size);
  const Status status = beneath().used(base, size);
  if (record != nullptr) record->status = status;
  return status;
}

Status TraceOs::unused(Address base, std::uint64_t size) {
  TraceRecord* const record = next(Verb::kUnused, base, size);
  const Status status = beneath().unused(base, size);
  if (record != nullptr) record->status = status;
  return status;
}

Status TraceOs::fault(Address base, std::uint64_t size) {
  TraceRecord* const record = next(Verb::kFault, base, size);
  const Status status = beneath().fault(base, size);
  if (record != nullptr) record->status = status;
  return status;
}

Status TraceOs::free(Address base, std::uint64_t size) {
  TraceRecord* const record = next(Verb::kFree, base, size);
  const Status status = beneath().free(base, size);
  if (record != nullptr) record->status = status;
  return status;
}

std::string_view format(const TraceRecord& record, std::span<char> storage) {
  Line line(storage);
  line.add(name(record.verb));
  line.add("(");
  if (record.verb != Verb::kAlloc) {
    line.add_address(record.address);
    line.add(", ");
  }
  line.add_size(record.size);
  line.add(") -> ");
  const bool gives_address = record.verb == Verb::kReserve || record.verb == Verb::kAlloc;
  if (record.status.ok()) {
    if (gives_address) {
      line.add_address(record.result);
    } else {
      line.add("ok");
    }
    return line.text();
  }
  line.add(describe(record.status.failure));
  if (record.status.native_code != 0) {
    line.add(" (");
    line.add_signed(record.status.native_code);
    line.add(")");
  }
  return line.text();
}

}  // namespace Atoll::os
