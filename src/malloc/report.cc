#include "src/malloc/report.h"

#include <array>
#include <cstdint>

#include "os/base/text.h"

namespace Atoll {
namespace {

// The text lies in the table, since a pointer to it would cost every process a relocation.
struct Field {
  char name[16];
  std::uint64_t Statistics::* value;
};

// In MemStats' order, followed by the figures that Go does not have.
constexpr std::array<Field, 28> kFields = {{
    {"Alloc", &Statistics::alloc},
    {"TotalAlloc", &Statistics::total_alloc},
    {"Sys", &Statistics::sys},
    {"Mallocs", &Statistics::mallocs},
    {"Frees", &Statistics::frees},
    {"HeapAlloc", &Statistics::heap_alloc},
    {"HeapSys", &Statistics::heap_sys},
    {"HeapIdle", &Statistics::heap_idle},
    {"HeapInuse", &Statistics::heap_in_use},
    {"HeapReleased", &Statistics::heap_released},
    {"HeapObjects", &Statistics::heap_objects},
    {"StackInuse", &Statistics::stack_in_use},
    {"StackSys", &Statistics::stack_sys},
    {"MSpanInuse", &Statistics::mspan_in_use},
    {"MSpanSys", &Statistics::mspan_sys},
    {"MCacheInuse", &Statistics::mcache_in_use},
    {"MCacheSys", &Statistics::mcache_sys},
    {"BuckHashSys", &Statistics::buck_hash_sys},
    {"GCSys", &Statistics::gc_sys},
    {"OtherSys", &Statistics::other_sys},
    {"HeapFresh", &Statistics::heap_fresh},
    {"HeapKept", &Statistics::heap_kept},
    {"LargeMallocs", &Statistics::large_mallocs},
    {"LargeFrees", &Statistics::large_frees},
    {"LargeAlloc", &Statistics::large_alloc},
    {"LargeTotalAlloc", &Statistics::large_total_alloc},
    {"LargeCached", &Statistics::large_cached},
    {"TinyAllocs", &Statistics::tiny_allocs},
}};

// Calls visit(BySize) for each size class that was ever used.
template <typename Visit>
void for_each_used(const Statistics& statistics, Visit visit) {
  for (unsigned i = 0; i < statistics.size_classes; ++i) {
    const Statistics::BySize& by_size = statistics.by_size[i];
    if (by_size.mallocs != 0) visit(by_size);
  }
}

Line& padded(Line& line, std::uint64_t value, std::size_t width) {
  Line digits;
  digits << value;
  for (std::size_t i = digits.view().size(); i < width; ++i) line << " ";
  return line << digits.view();
}

void write_row(const Writer& writer, std::string_view name, std::uint64_t value) {
  constexpr std::size_t kNameWidth = 17;
  Line line;
  line << "atoll: " << name;
  for (std::size_t i = name.size(); i < kNameWidth; ++i) line << " ";
  padded(line, value, 16) << "\n";
  writer(line.view());
}

}  // namespace

[[gnu::cold]] void write_text(const Statistics& statistics, const Writer& writer) {
  for (const Field& field : kFields) write_row(writer, field.name, statistics.*field.value);
  writer("atoll:   size          mallocs            frees           in use\n");
  for_each_used(statistics, [&writer](const Statistics::BySize& by_size) {
    Line line;
    line << "atoll: ";
    padded(line, by_size.size, 6);
    padded(line, by_size.mallocs, 17);
    padded(line, by_size.frees, 17);
    padded(line, by_size.mallocs - by_size.frees, 17) << "\n";
    writer(line.view());
  });
}

[[gnu::cold]] void write_json(const Statistics& statistics, const Writer& writer) {
  std::string_view separator = "{";
  for (const Field& field : kFields) {
    Line line;
    line << separator << "\"" << field.name << "\": " << statistics.*field.value;
    writer(line.view());
    separator = ", ";
  }
  separator = ", \"BySize\": [";
  bool has_any = false;
  for_each_used(statistics, [&](const Statistics::BySize& by_size) {
    Line line;
    line << separator << "{\"Size\": " << std::uint64_t{by_size.size}
         << ", \"Mallocs\": " << by_size.mallocs << ", \"Frees\": " << by_size.frees << "}";
    writer(line.view());
    separator = ", ";
    has_any = true;
  });
  writer(has_any ? "]}\n" : R"(, "BySize": []})");
  if (!has_any) writer("\n");
}

[[gnu::cold]] void write_xml(const Statistics& statistics, const Writer& writer) {
  writer(R"(<malloc version="1">
<heap nr="0">
<sizes>
)");
  for_each_used(statistics, [&writer](const Statistics::BySize& by_size) {
    const std::uint64_t free = by_size.free_places;
    if (free == 0) return;
    Line line;
    line << R"(<size from=")" << std::uint64_t{by_size.size} << R"(" to=")"
         << std::uint64_t{by_size.size} << R"(" total=")" << free * by_size.size << R"(" count=")"
         << free << "\"/>\n";
    writer(line.view());
  });
  const std::uint64_t kept = statistics.heap_kept;
  const std::uint64_t small_spans = statistics.heap_in_use - statistics.large_alloc;
  Line line;
  line << R"(</sizes>
<total type="fast" count="0" size="0"/>
<total type="rest" count=")"
       << statistics.free_places() << R"(" size=")"
       << small_spans + kept - (statistics.heap_alloc - statistics.large_alloc)
       << "\"/>\n<total type=\"mmap\" count=\"" << statistics.large_mallocs - statistics.large_frees
       << R"(" size=")" << statistics.large_alloc << "\"/>\n";
  writer(line.view());
  line.clear();
  line << R"(<system type="current" size=")" << small_spans + kept
       << "\"/>\n<system type=\"cached\" size=\"" << statistics.large_cached << R"("/>
</heap>
</malloc>
)";
  writer(line.view());
}

}  // namespace Atoll
