// The port model: what the sources of Go's releases 1.11 to 1.27 say about each of their ports, as
// pure constexpr functions of (release, GOOS, GOARCH, race detector).
//
// It uses no operating system, keeps no state and allocates nothing. Sizes and addresses have 64
// bits whatever the model is compiled for, so every build answers for every port: ask find_port()
// for a port by name, or spec() for one known to exist, and pass the PortSpec on to arena_hints(),
// start32_address(), cached_stack_order() and objects_per_span(). Size classes depend on the
// release alone: size_classes() and div_magic().
//
// The namespace has a capital because C's <stdlib.h> declares a function ::atoll.
#pragma once

#include "src/port/address_space.h"   // IWYU pragma: export
#include "src/port/division_magic.h"  // IWYU pragma: export
#include "src/port/hints.h"           // IWYU pragma: export
#include "src/port/names.h"           // IWYU pragma: export
#include "src/port/native.h"          // IWYU pragma: export
#include "src/port/page_allocator.h"  // IWYU pragma: export
#include "src/port/ports.h"           // IWYU pragma: export
#include "src/port/release.h"         // IWYU pragma: export
#include "src/port/size_classes.h"    // IWYU pragma: export
#include "src/port/small_objects.h"   // IWYU pragma: export
#include "src/port/span_layout.h"     // IWYU pragma: export
#include "src/port/spec.h"            // IWYU pragma: export
#include "src/port/stack_orders.h"    // IWYU pragma: export
#include "src/port/stack_sizes.h"     // IWYU pragma: export
#include "src/port/start32.h"         // IWYU pragma: export
#include "src/port/start_space.h"     // IWYU pragma: export
