// What a heap may be told when it begins. The defaults are Go's own ways; the heap behind malloc()
// has others (src/malloc/options.cc).
#pragma once

#include "src/objects/options.h"
#include "src/pages/options.h"
#include "src/port/port.h"

namespace Atoll {

struct HeapOptions {
  // The port whose numbers the heap uses: this build's own, of the release the book describes (or
  // the first that has the port). Another 64-bit port's can be had over a simulated system.
  port::PortSpec spec = port::native_spec();

  pages::Options pages = {};
  objects::Options objects = {};

  // pages.hints.random_seed is taken from the system, where the release can randomize the heap's
  // base.
  bool random_hints = false;

  // size 0 is taken for 1, as C's malloc() may: no two objects in use have the same address.
  bool distinct_empty = false;

  // The heap of the process, behind malloc(): there is one at most, beside the others.
  bool is_process_heap = false;
};

}  // namespace Atoll
