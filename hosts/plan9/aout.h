// A program of Plan 9, read and checked as exec does it. Nothing is loaded here.
//
//   header          magic, sizes of text, data, bss and symbols, entry: big-endian, 32 bits each;
//   two
//                   numbers more; on amd64 the entry once more, with 64 bits
//   text, data      one behind the other
#pragma once

#include <optional>
#include <string>

#include "hosts/base/bytes.h"
#include "hosts/plan9/machine.h"
#include "os/base/address.h"

namespace Atoll::hosts::plan9 {

struct Plan {
  Range text;          // whole pages
  Bytes text_bytes;    // header and text, at its beginning
  Range data;          // whole pages, bss included; may be empty
  Bytes data_bytes;    // at its beginning, zeroes behind
  Address break_base;  // of the segment that brk_ moves: behind the pages with data from the file
  Address entry;
};

// Nothing, and in `reason` one line that says why, if exec or we would refuse the file: text and
// data must be in it, where the kernel would notice later that they are not.
std::optional<Plan> read_aout(Bytes file, const Machine& machine, std::string* reason);

}  // namespace Atoll::hosts::plan9
