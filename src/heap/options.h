// The options of a heap, fixed when it begins. The defaults are what Go does; the heap behind
// malloc() sets others (src/malloc/options.cc).
#pragma once

#include "src/objects/options.h"
#include "src/pages/options.h"
#include "src/port/port.h"

namespace Atoll {

struct HeapOptions {
  // The port whose numbers the heap uses. By default this is the build's own port, of the release
  // that the book describes (or the first release that has the port). Over a simulated system it
  // may be any other 64-bit port.
  port::PortSpec spec = port::native_spec();

  pages::Options pages = {};
  objects::Options objects = {};

  // The heap takes pages.hints.random_seed from the system, if the release can randomize the heap's
  // base.
  bool random_hints = false;

  // The heap treats size 0 as 1, as C's malloc() may: no two objects in use have the same address.
  bool distinct_empty = false;

  // This is the heap of the process, behind malloc(). A process has at most one, beside other
  // heaps.
  bool is_process_heap = false;
};

}  // namespace Atoll
