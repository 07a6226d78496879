// Parses the value of ATOLL_OPTIONS, and starts a heap with what it says.
#include "src/malloc/options.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "os/decorators/forward.h"
#include "os/sim/presets.h"
#include "src/heap/heap.h"
#include "tests/fuzz/fuzz.h"
#include "tests/sim_memory/touchable_world.h"

namespace Atoll::test {
namespace {

class Console final : public os::ForwardOs {
 public:
  explicit Console(os::Os& beneath) : ForwardOs(beneath) {}
  void write(std::string_view text) override { text_ += text; }
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
};

bool are_same(const ProcessOptions& a, const ProcessOptions& b) {
  return a.heap.spec.release == b.heap.spec.release &&
         a.heap.pages.scavenge_delay == b.heap.pages.scavenge_delay &&
         a.heap.pages.hints.ask_system == b.heap.pages.hints.ask_system &&
         a.heap.random_hints == b.heap.random_hints &&
         a.heap.objects.aligns_all_to_16 == b.heap.objects.aligns_all_to_16 &&
         a.heap.objects.checked == b.heap.objects.checked &&
         a.heap.objects.profile_rate == b.heap.objects.profile_rate &&
         a.statistics == b.statistics && a.statistics_file == b.statistics_file &&
         a.profile_file == b.profile_file && a.report_signals == b.report_signals;
}

// The items of the text, which commas separate.
std::vector<std::string_view> items_of(std::string_view text) {
  std::vector<std::string_view> items;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    items.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

// An item that is no good is told in one line, and changes nothing. One that is good is not told.
std::string check_item(std::string_view item, os::Os& os, ProcessOptions& options) {
  Console console(os);
  const ProcessOptions before = options;
  parse_process_options(item, console, options);
  const std::string told = console.take();
  const auto lines = std::count(told.begin(), told.end(), '\n');
  if (told.empty()) {
    const bool has_value = item.find('=') != std::string_view::npos;
    return item.empty() || has_value ? "" : "took an item without a value";
  }
  if (!are_same(before, options)) return "an item that is no good changed something";
  if (item == "help") return lines > 5 ? "" : "told too little";
  // The item itself may have line feeds.
  const auto own = std::count(item.begin(), item.end(), '\n');
  const bool is_line = told.starts_with("atoll: ATOLL_OPTIONS: ") && lines <= own + 1;
  return is_line ? "" : "told in another way: " + told;
}

// A heap that begins with options which were accepted, and serves a few objects.
std::string live(const ProcessOptions& options) {
  TouchableWorld world(os::sim::presets::linux_amd64(), options.heap.spec);
  Heap heap;
  const Line why = heap.init(world.os(), options.heap);
  if (!why.view().empty()) return "no heap: " + std::string(why.view());
  const std::size_t alignment = options.heap.objects.aligns_all_to_16 ? 16 : 8;
  for (std::size_t size = 0; size < 100'000; size = size * 3 + 1) {
    void* const p = heap.allocate(size);
    if (p == nullptr) return "no object";
    if (reinterpret_cast<std::uintptr_t>(p) % alignment != 0) return "a misaligned object";
    if (size % 2 == 0) heap.free(p);
  }
  return std::string(heap.check().view());
}

}  // namespace

std::string fuzz(FuzzInput input) {
  const std::string_view text(reinterpret_cast<const char*>(input.data()), input.size());
  os::sim::SimOs os(os::sim::presets::linux_amd64());
  ProcessOptions one_by_one = default_process_options();
  for (const std::string_view item : items_of(text)) {
    const std::string failure = check_item(item, os, one_by_one);
    if (!failure.empty()) return failure;
  }
  ProcessOptions at_once = default_process_options();
  Console console(os);
  parse_process_options(text, console, at_once);
  if (!are_same(one_by_one, at_once)) return "several items mean something else together";
  if (at_once.profile_file.empty()) return "samples have no file";
  return are_same(at_once, default_process_options()) ? "" : live(at_once);
}

}  // namespace Atoll::test
