// Implements the memory and the console of the contract on a system with mmap(). Time, chance and
// threads are left to the backend.
//
//   reserve   mmap(hint, NONE), never fixed
//   release   munmap
//   map       mprotect(READ|WRITE), where Go maps anew with MAP_FIXED. mprotect loses nothing when
//             the system refuses it, and wipes out nothing at a wrong address.
//   used      nothing
//   unused    System::take_back()
//   fault     mmap(NONE, fixed): drops contents and charge in one call
//   alloc     mmap(READ|WRITE)
//   free      munmap
//   resident  System::find_resident(), page by page into a buffer on the stack
//   write     write(2), again when a signal interrupts it; errno stays as it was
//
// `System` has the differences between such systems, as data and a few functions:
//
//   struct System : MmapCalls<...> {
//     static std::uint64_t page_size();                // 0: the system does not tell
//     static bool take_back(void* base, std::size_t size);
//     static bool find_resident(void* base, std::size_t size, unsigned char* pages);
//     static int& error();                             // errno, which the others set
//     static constexpr MmapErrors kErrors;
//     static constexpr MmapMeaning kMeanings[];        // codes that mean something else there
//   };
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "os/backend/asked_once.h"
#include "os/backend/range_check.h"
#include "os/os.h"

namespace Atoll::os {

enum class Access : std::uint8_t { kNone, kReadWrite };

enum class MmapCall : std::uint8_t { kMap, kMapFixed, kMakeReady, kTakeBack, kAdvise, kUnmap };

// The numbers that the system's headers give to protections and to flags of mmap().
struct MmapNumbers {
  int none;
  int read_write;
  int private_anonymous;
  int fixed;
};

// The calls that are the same on all such systems, except for their names and numbers.
template <auto kMap, auto kProtect, auto kUnmap, auto kWrite, MmapNumbers kNumbers>
struct MmapCalls {
  // Returns null if it failed.
  static void* map(void* where, std::size_t size, Access access, bool fixed) {
    void* const p = kMap(where, size, protection(access),
                         kNumbers.private_anonymous | (fixed ? kNumbers.fixed : 0), -1, 0);
    return Address::of(p) == Address(kLastPointer) ? nullptr : p;
  }
  static bool make_ready(void* base, std::size_t size) {
    return kProtect(base, size, protection(Access::kReadWrite)) == 0;
  }
  static bool unmap(void* base, std::size_t size) { return kUnmap(base, size) == 0; }
  static std::ptrdiff_t write(const void* bytes, std::size_t size) {
    constexpr int kStandardError = 2;
    return kWrite(kStandardError, bytes, size);
  }

 private:
  static constexpr int protection(Access access) {
    return access == Access::kNone ? kNumbers.none : kNumbers.read_write;
  }
};

// The error numbers that the contract tells apart. All others become kNoMemory.
struct MmapErrors {
  int not_permitted;
  int access;
  int again;
  int invalid;
  int no_call;
  int interrupted;
};

// The meaning of `code` when `call` fails with it.
struct MmapMeaning {
  int code;
  MmapCall call;
  Failure failure;
};

// The failure of a call by its code: what `meanings` says, otherwise what the code means for any
// call.
Failure failure_of(MmapCall call, int code, const MmapErrors& errors,
                   std::span<const MmapMeaning> meanings);

// Like mincore(): fills in a byte for every page of the range, whose lowest bit says whether the
// page is in memory. Returns false if the system cannot tell.
using FindResident = bool (*)(void* base, std::size_t size, unsigned char* pages);

// Os::resident() for a range that the caller has checked.
std::optional<std::uint64_t> count_resident(Range range, std::uint64_t page_size,
                                            FindResident find_resident);

// Reserves and releases address space without checking arguments, for probes.
template <typename System>
struct MmapMemory {
  static Allocation reserve(Address hint, std::uint64_t size) {
    void* const p = System::map(hint.pointer(), static_cast<std::size_t>(size), Access::kNone,
                                /*fixed=*/false);
    if (p == nullptr) return {Address(), {Failure::kNoMemory, System::error()}};
    return {Address::of(p), {}};
  }
  static Status release(Address base, std::uint64_t size) {
    (void)System::unmap(base.pointer(), static_cast<std::size_t>(size));
    return {};
  }
};

template <typename System>
class MmapOs : public Os {
 public:
  Allocation reserve(Address hint, std::uint64_t size) final {
    return map_anywhere(hint, size, Access::kNone);
  }

  Status release(Address base, std::uint64_t size) final { return free(base, size); }

  Status map(Address base, std::uint64_t size) final {
    const Status status = check(base, size);
    if (!status.ok()) return status;
    return System::make_ready(base.pointer(), bytes(size)) ? Status()
                                                           : failed(MmapCall::kMakeReady);
  }

  Status used(Address base, std::uint64_t size) override { return check(base, size); }

  Status unused(Address base, std::uint64_t size) final {
    const Status status = check(base, size);
    if (!status.ok()) return status;
    return System::take_back(base.pointer(), bytes(size)) ? Status() : failed(MmapCall::kTakeBack);
  }

  Status fault(Address base, std::uint64_t size) final {
    const Status status = check(base, size);
    if (!status.ok()) return status;
    void* const p = System::map(base.pointer(), bytes(size), Access::kNone, /*fixed=*/true);
    return p != nullptr ? Status() : failed(MmapCall::kMapFixed);
  }

  Allocation alloc(std::uint64_t size) final {
    return map_anywhere(Address(), size, Access::kReadWrite);
  }

  Status free(Address base, std::uint64_t size) final {
    const Status status = check(base, size);
    if (!status.ok()) return status;
    return System::unmap(base.pointer(), bytes(size)) ? Status() : failed(MmapCall::kUnmap);
  }

  std::optional<std::uint64_t> resident(Address base, std::uint64_t size) final {
    if (!check(base, size).ok()) return std::nullopt;
    const int error_before = System::error();
    const auto counted = count_resident({base, size}, page_size(), &System::find_resident);
    System::error() = error_before;
    return counted;
  }

  void write(std::string_view text) final {
    const int error_before = System::error();
    while (!text.empty()) {
      const std::ptrdiff_t n = System::write(text.data(), text.size());
      if (n > 0) {
        text.remove_prefix(static_cast<std::size_t>(n));
      } else if (n == 0 || System::error() != System::kErrors.interrupted) {
        break;
      }
    }
    System::error() = error_before;
  }

 protected:
  constexpr MmapOs() = default;
  ~MmapOs() = default;

  std::uint64_t page_size() { return page_size_.get(System::page_size); }

  // The properties of such a system. The backend adds what it finds out itself.
  Machine probe_mmap() {
    Machine machine;
    machine.page_size = page_size();
    machine.granularity = machine.page_size;
    machine.releases_parts = true;
    machine.lazy_commit = true;
    machine.can_shrink = true;
    machine.can_protect = true;
    return machine;
  }

  // The last address that a process may have. A backend overrides this if the kernel accepts
  // addresses beyond it without an error.
  virtual std::uint64_t last_address() { return kLastPointer; }

  Status check(Address base, std::uint64_t size) {
    return check_range({base, size}, page_size(), last_address());
  }

  // The status of the call that has just failed.
  static Status failed(MmapCall call) {
    const int code = System::error();
    return {failure_of(call, code, System::kErrors, System::kMeanings), code};
  }

  static std::size_t bytes(std::uint64_t size) { return static_cast<std::size_t>(size); }

 private:
  Allocation map_anywhere(Address hint, std::uint64_t size, Access access) {
    const Status status = check_request(hint, size, page_size(), last_address());
    if (!status.ok()) return {Address(), status};
    // A hint is only a wish. One that cannot be an address counts as no hint.
    const Address wish = check(hint, size).ok() ? hint : Address();
    void* const p = System::map(wish.pointer(), bytes(size), access, /*fixed=*/false);
    if (p == nullptr) return {Address(), failed(MmapCall::kMap)};
    return {Address::of(p), {}};
  }

  NumberAskedOnce page_size_;
};

}  // namespace Atoll::os
