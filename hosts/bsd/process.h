// A guest process of a BSD: its memory, its system, and the functions that serve its calls.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "hosts/base/guest_memory.h"
#include "hosts/bsd/elf.h"
#include "os/sim/config.h"

namespace Atoll::hosts::bsd {

using Arguments = std::array<std::uint64_t, 8>;

struct Answer {
  std::uint64_t value = 0;
  int error = 0;  // not 0: the call failed with this errno
};

constexpr Answer failed(int error) { return {0, error}; }

class Process;

struct ServedCall {
  std::uint64_t number;
  const char* name;
  Answer (*serve)(Process& process, const Arguments& arguments);
};

// Everything that the shared calls must know about a system. The README says what real kernels do.
struct Personality {
  Brand brand;
  // For the processor that this host is built for.
  os::sim::Config rules;
  std::span<const ServedCall> calls;

  // --- mmap ---
  std::size_t offset_argument;   // 5, or 6 behind a padding argument
  std::uint64_t map_flags;       // flags that are served besides private, anonymous and fixed
  bool map_of_nothing_succeeds;  // size 0; otherwise EINVAL
  bool anonymous_has_no_offset;  // EINVAL for any offset but 0
  bool forbids_writable_text;    // ENOTSUP for write and execute at once
  // Mappings without a hint lie at least so far behind the beginning of the data, and so do those
  // with a hint in between. 0: there is no such rule.
  std::uint64_t largest_heap;
  Address highest_hint;  // replaces higher hints; null: no limit
  bool places_at_random;

  // --- The others ---
  bool unmap_of_nothing_succeeds;  // size 0; otherwise EINVAL
  bool unmap_finds_holes;          // EINVAL; otherwise unmaps what is mapped
  bool protect_finds_holes;        // ENOMEM; otherwise protects what is mapped
  bool advise_finds_holes;         // EFAULT; otherwise takes the advice for what is mapped
  // On systems with mincore():
  bool mincore_rounds = false;      // rounds the address down to a page; otherwise EINVAL
  std::uint64_t resident_bits = 1;  // for a page in memory that this process has written

  std::uint64_t advise_free;
  std::uint64_t random_name;  // kern.arandom; 0 if the system has none
  std::uint64_t monotonic_clock;
  std::uint64_t futex_wait = 0;  // operations of futex(), on systems that have it
  std::uint64_t futex_wake = 0;

  // --- The processor ---
  bool number_in_instruction = false;    // arm64
  std::uint64_t skipped_after_call = 0;  // bytes behind the instruction that the guest skips
  // The first register points to argc; otherwise the stack pointer does.
  bool arguments_in_first_register = false;
};

extern const Personality kFreebsd;
extern const Personality kNetbsd;
extern const Personality kOpenbsd;

class Process {
 public:
  Process(const Personality& personality, const os::sim::Config& rules)
      : personality_(personality), memory_(rules) {}

  const Personality& personality() const { return personality_; }
  GuestMemory& memory() { return memory_; }
  std::uint64_t page_size() const { return memory_.rules().page_size; }

  // The beginning of the program's data: mmap() leaves room for a heap behind the data.
  Address data;

  // Copy at most 4096 bytes between the guest's memory and the host's. They return false where an
  // access would fault.
  bool copy_in(void* to, std::uint64_t from, std::size_t size);
  bool copy_out(std::uint64_t to, const void* from, std::size_t size);
  // Whether the guest has mapped all of a buffer.
  bool is_mapped(std::uint64_t base, std::uint64_t size) const;

  std::uint64_t random();

 private:
  bool transfer(void* to, const void* from, std::size_t size);

  const Personality& personality_;
  GuestMemory memory_;
  int pipe_[2] = {-1, -1};
  std::uint64_t random_ = 0x9e3779b97f4a7c15;
};

}  // namespace Atoll::hosts::bsd
