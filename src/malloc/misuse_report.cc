#include "src/malloc/misuse_report.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "os/base/text.h"
#include "os/os.h"
#include "src/malloc/call_stack.h"
#include "src/malloc/process_heap.h"
#include "src/malloc/watch_process.h"

namespace Atoll {
namespace {

// So many that the cause is mostly among them, and that a line can still be read.
constexpr std::size_t kMostShown = 6;

using Frames = std::span<const std::uintptr_t>;

void write(const Line& line) { os::native().write(line.view()); }

// Which object of its span the pointer belongs to.
struct Place {
  std::uint64_t index = 0;
  std::uint64_t count = 0;  // 0: the span has no objects
  Address object;
};

Place place_in(const Corruption& corruption) {
  Place place;
  if (corruption.span.is_empty() || corruption.object_size == 0) return place;
  place.count = corruption.span.size / corruption.object_size;
  place.index = (corruption.pointer - corruption.span.base) / corruption.object_size;
  place.object = corruption.span.base + place.index * corruption.object_size;
  return place;
}

// The stacks that are known; others are empty.
struct Stacks {
  std::array<std::uintptr_t, HeapProfile::kMostFrames> frames;
  Frames called_from;
  std::optional<HeapProfile::Trace> trace;
};

void find(Stacks& stacks, const Corruption& corruption) {
  stacks.called_from = Frames(stacks.frames).first(call_stack(stacks.frames));
  stacks.trace = process_profile().trace_of(corruption.pointer);
}

// --- As text. ---

[[gnu::cold]] void write_frames(std::string_view what, Frames frames) {
  if (frames.empty()) return;
  Line line;
  line << "atoll:   " << what;
  write(line);
  const Frames shown = frames.first(std::min(frames.size(), kMostShown));
  std::string_view separator = " ";
  for (const std::uintptr_t frame : shown) {
    line.clear();
    line << separator << Address(frame);
    if (const Line place = place_of(frame); !place.view().empty()) line << " " << place.view();
    write(line);
    separator = ", ";
  }
  os::native().write("\n");
}

[[gnu::cold]] void write_place(const Corruption& corruption) {
  const Place place = place_in(corruption);
  Line line;
  line << "atoll:   ";
  if (place.count != 0 && place.index < place.count) {
    line << "object " << place.index + 1 << " of " << place.count << " in the span, at "
         << place.object << ", and " << corruption.pointer - place.object << " bytes into it; ";
  }
  line << "in thread " << thread_number() << " of process " << std::uint64_t{process_number()}
       << "\n";
  write(line);
}

[[gnu::cold]] void write_as_text(const Corruption& corruption) {
  Line line;
  line << "atoll: " << explain(corruption).view() << "\n";
  write(line);
  write_place(corruption);
  Stacks stacks;
  find(stacks, corruption);
  write_frames("called from", stacks.called_from);
  if (!stacks.trace) return;
  write_frames("allocated by", stacks.trace->allocated_by);
  if (stacks.trace->is_freed) write_frames("freed by", stacks.trace->freed_by);
}

// --- As JSON. ---

// A quoted value.
Line& quoted(Line& line, Address address) { return line << "\"" << address << "\""; }

[[gnu::cold]] void write_array(std::string_view key, Frames frames) {
  Line line;
  line << ", \"" << key << "\": [";
  std::string_view separator;
  for (const std::uintptr_t frame : frames) {
    quoted(line << separator, Address(frame));
    write(line);
    line.clear();
    separator = ", ";
  }
  line << "]";
  write(line);
}

[[gnu::cold]] void write_as_json(const Corruption& corruption) {
  Line line;
  quoted(line << R"({"misuse": ")" << what(corruption.kind) << R"(", "pointer": )",
         corruption.pointer);
  if (const Place place = place_in(corruption); place.count != 0) {
    quoted(line << ", \"span\": ", corruption.span.base);
    line << ", \"span_size\": " << corruption.span.size
         << ", \"object_size\": " << corruption.object_size;
    quoted(line << ", \"object\": ", place.object);
  }
  write(line << "}\n");
  line.clear();
  write(line << "{\"process\": " << std::uint64_t{process_number()}
             << ", \"thread\": " << thread_number());
  Stacks stacks;
  find(stacks, corruption);
  write_array("called_from", stacks.called_from);
  if (stacks.trace) {
    write_array("allocated_by", stacks.trace->allocated_by);
    if (stacks.trace->is_freed) write_array("freed_by", stacks.trace->freed_by);
  }
  os::native().write("}\n");
}

}  // namespace

[[gnu::cold]] void report_misuse(void* /*context*/, const Corruption& corruption) {
  const ProcessOptions* const options = process_options();
  if (options != nullptr && options->reports_as_json) {
    write_as_json(corruption);
  } else {
    write_as_text(corruption);
  }
  os::native().abort();
}

}  // namespace Atoll
