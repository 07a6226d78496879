// The contract of an operating system: everything Atoll asks of one.
//
// Memory is in one of four states, as the Go runtime names them:
//   None      not ours; touching it is a bug.
//   Reserved  ours, so nobody else is given it, but without memory behind it: touching it faults.
//             Costs address space only.
//   Prepared  may become Ready at little cost. Touching it is a bug: it may fault or may not, and
//             what is read there is undefined.
//   Ready     readable and writable.
//
//             reserve              map                 used
//     None ------------> Reserved ------> Prepared <========> Ready
//       ^                    ^                       unused     |
//       |     release        |                 fault            |
//       +--------------------+----------------------------------+
//       +---------------------------- free ---------------------+     alloc: None to Ready at once
//
// A backend is an object behind this interface. Calls to the operating system are rare and slow,
// so a virtual call costs nothing that shows, and a test can stack decorators on any backend
// (os/decorators/). Differences between systems are told as data (Machine), never as #ifdef.
//
// Failure is returned, never thrown and never fatal: the caller decides. A failed call changes
// nothing, unless its comment says otherwise.
//
// Every call may be made from any thread at any time. None allocates from a host library, except
// at_thread_exit(), for which the system's own library may.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "os/base/address.h"

namespace Atoll::os {

enum class Failure : std::uint8_t {
  kNone,
  kNoMemory,     // no memory, commit charge or address space left
  kDenied,       // the system forbids it (EACCES: "mmap: access denied")
  kLockedLimit,  // too much locked memory (EAGAIN: "check 'ulimit -l'")
  kNotReserved,  // the range, or a part of it, is not ours or not in the state the call needs;
                 // told as far as the system can tell: passing such a range is a bug
  kBadArgument,  // size 0, unaligned, or wrapping round the end of the address space
  kUnsupported,  // this system cannot do that at all, as Machine tells beforehand
};

// "no memory", "access denied" ...: for messages.
std::string_view describe(Failure failure);

struct [[nodiscard]] Status {
  Failure failure = Failure::kNone;
  std::int32_t native_code = 0;  // the system's own error number, 0 where it has none

  constexpr bool ok() const { return failure == Failure::kNone; }
};

// `base` is null exactly if the call failed.
struct [[nodiscard]] Allocation {
  Address base;
  Status status;

  constexpr bool ok() const { return status.ok(); }
};

// What this machine and system are, found out while running and not assumed at build time.
struct Machine {
  std::uint64_t page_size = 0;     // of the hardware, in bytes; 0 if the system would not tell
  std::uint64_t granularity = 0;   // reserve() returns multiples of it (Windows: 64 KiB)
  std::uint32_t address_bits = 0;  // user addresses are below 2^address_bits; probed
  Address end_of_data;             // first address behind the program's static data, or null
  Address program_break;           // end of the growing data segment, or null without one; where
                                   // linear_only, the lowest hint that can be had
  std::uint64_t pointer_bias = 0;  // what to take from an address to get this process's pointer;
                                   // not 0 only over simulated memory that lies elsewhere

  bool honours_hints = false;   // a free hint is taken exactly
  bool releases_parts = false;  // release() and free() take any pages of a reservation
  bool lazy_commit = false;     // Ready memory costs nothing until it is touched
  bool can_shrink = false;      // memory given back returns to the system
  bool can_protect = false;     // Reserved memory faults when touched
  bool linear_only = false;     // one growing segment; a hint below its end cannot be had
  bool has_threads = false;
};

// Whether memory is wished to be made of huge pages.
enum class HugePages : std::uint8_t { kWanted, kUnwanted };

using ThreadExitFunction = void (*)(void* argument);

class Os {
 public:
  // Finds the facts. Slow (it may map and unmap scratch memory to try things out): a heap calls
  // it once. Two calls return the same, but for program_break.
  virtual Machine probe() = 0;

  // --- What takes a while to find out and few programs need. The first call may be as slow as
  // probe(), every call returns the same, and a system that cannot tell leaves it at no. ---

  virtual std::uint64_t huge_page_size() { return 0; }  // in bytes; 0: none, or not known
  virtual bool decommit_zeroes() { return false; }      // unused() then used() reads as zero

  // --- Memory. Sizes are in bytes, not 0, and multiples of page_size; so are addresses. Anything
  // else is kBadArgument, and so is a hint that is unaligned or wraps. A range may span
  // neighbouring reservations, but for release() and free() without releases_parts. ---

  // None to Reserved. `hint` is a wish: the memory may lie elsewhere, and the caller compares. A
  // null hint leaves the choice to the system. Where linear_only, a hint that cannot be had fails
  // and nothing else is substituted.
  virtual Allocation reserve(Address hint, std::uint64_t size) = 0;

  // Reserved to None. Without releases_parts the range must be one whole reservation, else the call
  // fails with kUnsupported, or kNotReserved if it is not ours.
  virtual Status release(Address base, std::uint64_t size) = 0;

  // Reserved to Prepared.
  virtual Status map(Address base, std::uint64_t size) = 0;

  // Prepared to Ready, idempotent. Memory that was never Ready before reads as zero; memory that
  // was unused() reads as zero if decommit_zeroes, else as zero or as what it was, byte by byte.
  // On failure, part of the range may be Ready.
  virtual Status used(Address base, std::uint64_t size) = 0;

  // Ready to Prepared, idempotent: the system may take the memory back, at once or later.
  virtual Status unused(Address base, std::uint64_t size) = 0;

  // Ready or Prepared to Reserved: contents are lost, and read as zero when the memory is Ready
  // again. Touching faults from now on if can_protect. kUnsupported otherwise.
  virtual Status fault(Address base, std::uint64_t size) = 0;

  // None to Ready, zeroed. For the allocator's own records, which are never given back one by one.
  virtual Allocation alloc(std::uint64_t size) = 0;

  // Any state to None. Without releases_parts the range must be one whole reservation or alloc().
  virtual Status free(Address base, std::uint64_t size) = 0;

  // --- What may be asked and wished about memory that is Ready or Prepared. Both change nothing
  // that can be read, and a system that has no such call says so. ---

  // How many bytes of the range hold memory of the machine at the moment, as whole pages: those
  // that were written and not given back since. Nothing: unknown, because the system cannot tell,
  // or because the range is malformed or, as far as the system can tell, not ours. Who must decide
  // takes unknown for all of it.
  //
  // More may count than was written: pages that were only read, all of a huge page of which a part
  // was written, what was unused() but not taken yet, without lazy_commit what is Ready, and all of
  // it on a system that answers without looking. What was moved out of memory (to swap, or
  // compressed) does not count, though it is kept: giving it back frees no memory now.
  // Takes no memory, and time for every page: nanoseconds, and a system call for some hundreds.
  virtual std::optional<std::uint64_t> resident(Address /*base*/, std::uint64_t /*size*/) {
    return std::nullopt;
  }

  // Wishes that what is touched from now on be made of huge pages, or that it be not. Success means
  // that the system knows the wish, not that it fulfils it. The wish holds until there is another
  // one or the memory is no longer Ready or Prepared. It may cost the system a record wherever
  // neighbours differ, so it is for large ranges. kUnsupported: it takes no wishes, and nothing
  // was done.
  virtual Status wish_huge_pages(Address /*base*/, std::uint64_t /*size*/, HugePages /*wish*/) {
    return {Failure::kUnsupported, 0};
  }

  // --- The console and the end. ---

  // To standard error, unbuffered; whatever goes wrong is ignored.
  virtual void write(std::string_view text) = 0;
  [[noreturn]] virtual void abort() = 0;

  // --- Time and chance. ---

  // Nanoseconds since some fixed moment; never decreases.
  virtual std::uint64_t monotonic_nanoseconds() = 0;
  // Different from run to run as far as the system can; not for secrets.
  virtual std::uint64_t random_seed() = 0;

  // --- Threads. Without has_threads: park() returns at once, the others do nothing. ---

  // Sleeps while `word` holds `expected`, until unpark() on the same word. May return early for
  // no reason: callers look at `word` again and loop.
  virtual void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) = 0;
  // Wakes at most `count` threads that are parked on `word`.
  virtual void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) = 0;
  virtual void yield() = 0;
  // Calls `function(argument)` on this thread when it ends, if `argument` is not null; a later call
  // on the same thread replaces the argument. One function per process: every call passes the
  // same. False: cannot be had.
  virtual bool at_thread_exit(ThreadExitFunction function, void* argument) = 0;
  // Whether the process is at its very end: the system has ended all other threads, wherever they
  // were, and runs on this one what is left to do. Locks that the others held are never let go. No
  // where the system ends all threads with the process. Quick: may be asked often.
  virtual bool is_ending() { return false; }

 protected:
  constexpr Os() = default;
  ~Os() = default;  // never deleted through the interface
  Os(const Os&) = default;
  Os& operator=(const Os&) = default;
};

// The operating system this program runs on. Chosen by the Bazel platform (//os:native).
Os& native();

}  // namespace Atoll::os
