// The contract of an operating system: everything that Atoll asks of one.
//
// Memory is in one of four states, as the Go runtime names them:
//   None      not ours; touching it is a bug.
//   Reserved  ours, so the system gives it to nobody else, but without memory behind it: touching
//             it faults. It costs only address space.
//   Prepared  may become Ready at little cost. Touching it is a bug: the access may or may not
//             fault, and a read returns an undefined value.
//   Ready     readable and writable.
//
//             reserve              map                 used
//     None ------------> Reserved ------> Prepared <========> Ready
//       ^                    ^                       unused     |
//       |     release        |                 fault            |
//       +--------------------+----------------------------------+
//       +---------------------------- free ---------------------+     alloc: None to Ready at once
//
// A backend implements this interface. Calls to the operating system are rare and slow, so the cost
// of a virtual call does not show, and a test can stack decorators on any backend (os/decorators/).
// Data (Machine) describes how systems differ, never an #ifdef.
//
// A call returns its failure: it never throws and never ends the program, so the caller decides
// what to do. A failed call changes nothing, unless its comment says otherwise.
//
// Any thread may make any call at any time. No call allocates from a host library, except
// at_thread_exit(), for which the system's own library may allocate.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "os/base/address.h"

namespace Atoll::os {

enum class Failure : std::uint8_t {
  kNone,
  kNoMemory,     // the system has no memory, commit charge or address space left
  kDenied,       // the system forbids it (EACCES: "mmap: access denied")
  kLockedLimit,  // the process has locked too much memory (EAGAIN: "check 'ulimit -l'")
  kNotReserved,  // the range, or a part of it, is not ours or not in the state that the call needs.
                 // Systems report this only as far as they can: passing such a range is a bug
  kBadArgument,  // the size is 0, or the range is unaligned or wraps round the end of the address
                 // space
  kUnsupported,  // this system can never do that, as Machine says beforehand
};

// Returns "no memory", "access denied" and so on, for messages.
std::string_view describe(Failure failure);

struct [[nodiscard]] Status {
  Failure failure = Failure::kNone;
  std::int32_t native_code = 0;  // the system's own error number; 0 where it has none

  constexpr bool ok() const { return failure == Failure::kNone; }
};

// `base` is null if and only if the call failed.
struct [[nodiscard]] Allocation {
  Address base;
  Status status;

  constexpr bool ok() const { return status.ok(); }
};

// The properties of this machine and system, as the backend finds them at run time.
struct Machine {
  std::uint64_t page_size = 0;     // of a hardware page, in bytes; 0 if the system does not tell
  std::uint64_t granularity = 0;   // reserve() returns multiples of it (Windows: 64 KiB)
  std::uint32_t address_bits = 0;  // user addresses are below 2^address_bits; probed
  Address end_of_data;             // first address after the program's static data, or null
  Address program_break;           // end of the growing data segment, or null without one; where
                                   // linear_only, the lowest hint that can succeed
  std::uint64_t pointer_bias = 0;  // an address minus this bias is this process's pointer; not 0
                                   // only over simulated memory that lies elsewhere

  bool honours_hints = false;   // the system honours a hint exactly if the range is free
  bool releases_parts = false;  // release() and free() accept any pages of a reservation
  bool lazy_commit = false;     // Ready memory costs nothing until it is touched
  bool can_shrink = false;      // memory that the heap gives back returns to the system
  bool can_protect = false;     // Reserved memory faults when touched
  bool linear_only = false;     // there is one growing segment; a hint below its end fails
  bool has_threads = false;
};

// Whether the system should back memory with huge pages.
enum class HugePages : std::uint8_t { kWanted, kUnwanted };

using ThreadExitFunction = void (*)(void* argument);

class Os {
 public:
  // Finds the properties above. This is slow (it may map and unmap scratch memory to try things
  // out), so a heap calls it once. Every call returns the same, except for program_break.
  virtual Machine probe() = 0;

  // --- Properties that are slow to find and that few programs need. The first call may be as slow
  // as probe(), and every call returns the same. A backend that cannot tell keeps the default: 0 or
  // false. ---

  virtual std::uint64_t huge_page_size() { return 0; }  // in bytes; 0: none, or unknown
  virtual bool decommit_zeroes() { return false; }      // unused() and then used() reads as zero

  // --- Memory. Addresses and sizes are multiples of page_size. Sizes are in bytes and not 0. A
  // call fails with kBadArgument for anything else, and for a hint that is unaligned or wraps. A
  // range may span neighbouring reservations, except for release() and free() without
  // releases_parts. ---

  // None to Reserved. `hint` is a wish: the memory may lie elsewhere, and the caller compares. A
  // null hint leaves the choice to the system. Where linear_only, the call fails if the system
  // cannot honour the hint; it substitutes nothing.
  virtual Allocation reserve(Address hint, std::uint64_t size) = 0;

  // Reserved to None. Without releases_parts the range must be one whole reservation; otherwise the
  // call fails with kUnsupported, or with kNotReserved if the range is not ours.
  virtual Status release(Address base, std::uint64_t size) = 0;

  // Reserved to Prepared.
  virtual Status map(Address base, std::uint64_t size) = 0;

  // Prepared to Ready; idempotent. Memory that was never Ready before reads as zero. Memory that
  // was unused() reads as zero if decommit_zeroes; otherwise each byte is zero or what it was. On
  // failure, part of the range may be Ready.
  virtual Status used(Address base, std::uint64_t size) = 0;

  // Ready to Prepared; idempotent. The system may take the memory back, at once or later.
  virtual Status unused(Address base, std::uint64_t size) = 0;

  // Ready or Prepared to Reserved. The memory loses its contents and reads as zero when it is Ready
  // again. If can_protect, touching it faults from now on; otherwise the call fails with
  // kUnsupported.
  virtual Status fault(Address base, std::uint64_t size) = 0;

  // None to Ready, zeroed. The allocator uses it for its own records, which it never gives back one
  // by one.
  virtual Allocation alloc(std::uint64_t size) = 0;

  // Any state to None. Without releases_parts the range must be one whole reservation or alloc().
  virtual Status free(Address base, std::uint64_t size) = 0;

  // --- Queries and advice about memory that is Ready or Prepared. They change no contents, and a
  // system that lacks such a call says so. ---

  // Returns how many bytes of the range are in physical memory at the moment, in whole pages: pages
  // that somebody wrote and nobody has given back since. Returns nothing if the answer is unknown:
  // the system cannot tell, or the range is malformed or, as far as the system can tell, not ours.
  // A caller that must decide assumes that all of the range is resident then.
  //
  // The count may include more than was written: pages that were only read, all of a huge page of
  // which a part was written, unused() pages that the system has not taken yet, all Ready pages
  // without lazy_commit, and the whole range on a system that answers without looking. It excludes
  // pages that the system moved out of memory (to swap, or compressed), because giving those back
  // frees no memory now. The call takes no memory. It takes nanoseconds for each page, and makes
  // one system call for some hundreds of pages.
  virtual std::optional<std::uint64_t> resident(Address /*base*/, std::uint64_t /*size*/) {
    return std::nullopt;
  }

  // Asks the system to back pages that are touched from now on with huge pages, or not to. Success
  // means that the system knows the wish, not that it fulfils it. The wish holds until the next
  // one, or until the memory is no longer Ready or Prepared. It may cost the system a record
  // wherever neighbours differ, so it is for large ranges. kUnsupported: the system takes no
  // wishes, and nothing has changed.
  virtual Status wish_huge_pages(Address /*base*/, std::uint64_t /*size*/, HugePages /*wish*/) {
    return {Failure::kUnsupported, 0};
  }

  // --- The console and the end. ---

  // Writes to standard error, unbuffered, and ignores all errors.
  virtual void write(std::string_view text) = 0;
  [[noreturn]] virtual void abort() = 0;

  // --- Time and chance. ---

  // Nanoseconds since some fixed moment. Never decreases.
  virtual std::uint64_t monotonic_nanoseconds() = 0;
  // Differs from run to run as far as the system can provide it. Not for secrets.
  virtual std::uint64_t random_seed() = 0;

  // --- Threads. Without has_threads, park() returns at once and the others do nothing. ---

  // Sleeps while `word` holds `expected`, until unpark() on the same word. It may return early for
  // no reason, so callers look at `word` again and loop.
  virtual void park(const std::atomic<std::uint32_t>& word, std::uint32_t expected) = 0;
  // Wakes at most `count` threads that are parked on `word`.
  virtual void unpark(const std::atomic<std::uint32_t>& word, std::uint32_t count) = 0;
  virtual void yield() = 0;
  // Calls `function(argument)` on this thread when it ends, if `argument` is not null. A later call
  // on the same thread replaces the argument. There is one function per process: every call passes
  // the same one. Returns false if the system cannot do that.
  virtual bool at_thread_exit(ThreadExitFunction function, void* argument) = 0;
  // Whether the process is at its very end: the system has ended all other threads, wherever they
  // were, and runs the remaining work on this one. Nobody releases the locks that the others held.
  // False on systems that end all threads together with the process. The call is quick, so callers
  // may make it often.
  virtual bool is_ending() { return false; }

 protected:
  constexpr Os() = default;
  ~Os() = default;  // nobody deletes a backend through the interface
  Os(const Os&) = default;
  Os& operator=(const Os&) = default;
};

// The operating system that this program runs on. The Bazel platform chooses it (//os:native).
Os& native();

}  // namespace Atoll::os
