// A heap's statistics as text, JSON or XML, written in pieces, for code that must not allocate.
#pragma once

#include <string_view>

#include "src/heap/statistics.h"

namespace Atoll {

// Receives the pieces in order.
struct Writer {
  void (*write)(void* context, std::string_view text);
  void* context;

  void operator()(std::string_view text) const { write(context, text); }
};

// For people: the memory in use, the memory from the system, and the size classes that were used.
void write_text(const Statistics& statistics, const Writer& writer);

// One object on one line; keys are those of Go's runtime.MemStats, and BySize has the size classes
// that were used.
void write_json(const Statistics& statistics, const Writer& writer);

// The form of glibc's malloc_info(), as far as it fits: one heap, its free objects by size, all
// free memory, and large objects in the place of glibc's mappings. docs/FACES.md has the rest.
void write_xml(const Statistics& statistics, const Writer& writer);

}  // namespace Atoll
