// A guest process of a BSD: its memory, the system it is on, and how its calls are served.
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
  int error = 0;  // not 0: it failed, with this errno
};

constexpr Answer failed(int error) { return {0, error}; }

class Process;

struct ServedCall {
  std::uint64_t number;
  const char* name;
  Answer (*serve)(Process& process, const Arguments& arguments);
};

// Everything the shared calls have to know of a system. What real kernels do is in the README.
struct Personality {
  Brand brand;
  // Of the processor this host is for.
  os::sim::Config rules;
  std::span<const ServedCall> calls;

  // --- mmap ---
  std::size_t offset_argument;   // 5, or 6 behind a padding argument
  std::uint64_t map_flags;       // that are served, beyond private, anonymous and fixed
  bool map_of_nothing_succeeds;  // size 0; else EINVAL
  bool anonymous_has_no_offset;  // EINVAL for any but 0
  bool forbids_writable_text;    // ENOTSUP for write and execute at once
  // Mappings begin so far behind the data, and hints between are no hints; 0: neither.
  std::uint64_t largest_heap;
  Address highest_hint;  // hints above are taken for this one; null: any
  bool places_at_random;

  // --- The others ---
  bool unmap_of_nothing_succeeds;  // size 0; else EINVAL
  bool unmap_finds_holes;          // EINVAL
  bool protect_finds_holes;        // ENOMEM; else what is mapped is protected
  bool advise_finds_holes;         // EFAULT; else what is mapped is advised
  // Of mincore, where there is one.
  bool mincore_rounds = false;      // the address, down to a page; else EINVAL
  std::uint64_t resident_bits = 1;  // of a page that is in memory and was written by this process

  std::uint64_t advise_free;
  std::uint64_t random_name;  // kern.arandom, 0 without
  std::uint64_t monotonic_clock;
  std::uint64_t futex_wait = 0;  // operations, where there is a futex
  std::uint64_t futex_wake = 0;

  // --- The processor ---
  bool number_in_instruction = false;    // arm64
  std::uint64_t skipped_after_call = 0;  // bytes behind the instruction that are not run
  bool arguments_in_first_register =
      false;  // where the program finds argc; else at the stack pointer
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

  // Where the program's data begins: mmap() keeps away from the heap that might follow.
  Address data;

  // Between the guest's memory and ours. False: it would have faulted. At most 4096 bytes.
  bool copy_in(void* to, std::uint64_t from, std::size_t size);
  bool copy_out(std::uint64_t to, const void* from, std::size_t size);
  // Whether all of a buffer is the guest's.
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
