// The segments of a process: text, data, what brk_ moves, and the stack.
//
// The places and the limits are Plan 9's (hosts/plan9/machine.h, os/sim/placement.h); Linux
// supplies the pages just there, with the protection they would have.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "hosts/plan9/aout.h"
#include "hosts/plan9/machine.h"
#include "os/base/address.h"
#include "os/sim/address_space.h"

namespace Atoll::hosts::plan9 {

class Segments {
 public:
  Segments(const Machine& machine, const Plan& plan);
  Segments(const Segments&) = delete;
  Segments& operator=(const Segments&) = delete;

  // Maps and fills everything; the text is left writable. False: Linux did not give a place, and
  // errno tells why. Another try in a new process may succeed, since Linux lays them out anew.
  bool load();
  // The text as it is to be while the guest runs.
  bool protect_text() const;
  // What is mapped of it.
  Range text() const { return text_; }

  // Where the segment begins that brk_ moves.
  Address break_base() const { return plan_.break_base; }
  // brk_. False: the end stays where it is.
  bool set_break(Address to);

  // Whether every byte lies in a segment, one that may be written to if that is wanted. This is all
  // that the kernel asks of an address that a call is given.
  bool is_valid(Address address, std::uint64_t size, bool for_writing) const;

 private:
  static bool supply(Range range);

  const Machine& machine_;
  const Plan plan_;
  Range text_;
  Address end_;  // of the segment that brk_ moves
  // In the books: the stack.
  std::array<os::sim::Region, 4> table_;
  os::sim::AddressSpace space_;
};

}  // namespace Atoll::hosts::plan9
