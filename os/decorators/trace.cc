#include "os/decorators/trace.h"

#include <algorithm>
#include <cstdint>

#include "os/base/text.h"

namespace Atoll::os {
namespace {

using TraceText = Text<kTraceLine>;

void add_address(TraceText* text, Address address) {
  if (address.is_null()) {
    *text << "null";
  } else {
    *text << address;
  }
}

void add_result(TraceText* text, const TraceRecord& record) {
  const Status& status = record.status;
  const bool gives_address = record.verb == Verb::kReserve || record.verb == Verb::kAlloc;
  if (record.verb == Verb::kResident) {
    if (record.bytes.has_value()) {
      text->size(*record.bytes);
    } else {
      *text << "unknown";
    }
  } else if (!status.ok()) {
    *text << describe(status.failure);
    const std::int64_t code = status.native_code;
    if (code != 0) {
      *text << (code < 0 ? " (-" : " (") << static_cast<std::uint64_t>(code < 0 ? -code : code)
            << ")";
    }
  } else if (gives_address) {
    add_address(text, record.result);
  } else {
    *text << "ok";
  }
}

}  // namespace

TraceRecord* TraceOs::next(Verb verb, Address address, std::uint64_t size) {
  const std::uint32_t call = calls_.fetch_add(1, std::memory_order_relaxed);
  if (call >= storage_.size()) return nullptr;
  TraceRecord& record = storage_[call];
  record = TraceRecord();
  record.verb = verb;
  record.address = address;
  record.size = size;
  return &record;
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

std::optional<std::uint64_t> TraceOs::resident(Address base, std::uint64_t size) {
  TraceRecord* const record = next(Verb::kResident, base, size);
  const std::optional<std::uint64_t> bytes = beneath().resident(base, size);
  if (record != nullptr) record->bytes = bytes;
  return bytes;
}

Status TraceOs::wish_huge_pages(Address base, std::uint64_t size, HugePages wish) {
  TraceRecord* const record = next(Verb::kWishHugePages, base, size);
  if (record != nullptr) record->wish = wish;
  const Status status = beneath().wish_huge_pages(base, size, wish);
  if (record != nullptr) record->status = status;
  return status;
}

std::string_view format(const TraceRecord& record, std::span<char> line) {
  TraceText text;
  text << name(record.verb) << "(";
  if (record.verb != Verb::kAlloc) {
    add_address(&text, record.address);
    text << ", ";
  }
  text.size(record.size);
  if (record.verb == Verb::kWishHugePages) {
    text << (record.wish == HugePages::kWanted ? ", wanted" : ", unwanted");
  }
  text << ") -> ";
  add_result(&text, record);
  const std::size_t fits = std::min(text.view().size(), line.size());
  std::copy_n(text.view().data(), fits, line.data());
  return {line.data(), fits};
}

}  // namespace Atoll::os
