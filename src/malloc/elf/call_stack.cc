// Call stacks by the C library's backtrace(), if it has one.

#include "src/malloc/call_stack.h"

#include <fcntl.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <string_view>

extern "C" {
[[gnu::weak]] int backtrace(void** frames, int most) noexcept;
// The bounds of the library or program that this is linked into. The linker defines both.
[[gnu::visibility("hidden")]] extern const char etext[];
// NOLINTNEXTLINE(bugprone-reserved-identifier)
[[gnu::visibility("hidden")]] extern const char __ehdr_start[];
}

namespace Atoll {
namespace {

constinit std::atomic<bool> is_prepared{false};

bool is_here(std::uintptr_t address) {
  return address >= reinterpret_cast<std::uintptr_t>(&__ehdr_start) &&
         address < reinterpret_cast<std::uintptr_t>(&etext);
}

}  // namespace

// The first call loads a library.
void prepare_call_stacks() {
  if (&::backtrace == nullptr) return;
  std::array<void*, 1> frames{};
  (void)::backtrace(frames.data(), 1);
  is_prepared.store(true, std::memory_order_release);
}

std::size_t call_stack(std::span<std::uintptr_t> frames) {
  if (!is_prepared.load(std::memory_order_acquire)) return 0;
  const int depth =
      ::backtrace(reinterpret_cast<void**>(frames.data()), static_cast<int>(frames.size()));
  const auto walked = frames.first(static_cast<std::size_t>(std::max(depth, 0)));
  // A library of its own contains only the heap, whose frames are of no interest. In a program they
  // cannot be told from the program's frames.
  auto caller = walked.begin();
  if (!is_here(::getauxval(AT_PHDR))) caller = std::ranges::find_if_not(walked, is_here);
  return static_cast<std::size_t>(std::ranges::copy(caller, walked.end(), frames.begin()).out -
                                  frames.begin());
}

namespace {

// One line of /proc/self/maps: "begin-end permissions offset device inode path".
struct Mapping {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;
  std::string_view file;  // without its folders
};

std::uintptr_t take_hexadecimal(std::string_view& text) {
  std::uintptr_t value = 0;
  for (; !text.empty(); text.remove_prefix(1)) {
    const char c = text.front();
    const bool is_digit = c >= '0' && c <= '9';
    if (!is_digit && (c < 'a' || c > 'f')) break;
    value = value << 4 | static_cast<std::uintptr_t>(is_digit ? c - '0' : c - 'a' + 10);
  }
  return value;
}

Mapping mapping_of(std::string_view line) {
  Mapping mapping;
  mapping.begin = take_hexadecimal(line);
  if (!line.empty()) line.remove_prefix(1);
  mapping.end = take_hexadecimal(line);
  std::size_t name = line.size();
  while (name != 0 && line[name - 1] != '/') --name;
  if (name != 0) mapping.file = {line.data() + name, line.size() - name};
  return mapping;
}

// Visits the lines of /proc/self/maps until visit(Mapping) returns false.
template <typename Visit>
void visit_mappings(Visit visit) {
  const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  if (maps < 0) return;
  std::array<char, 1024> text;
  Line line;
  bool goes_on = true;
  for (ssize_t size = 1; goes_on && size > 0;) {
    size = ::read(maps, text.data(), text.size());
    for (ssize_t i = 0; goes_on && i < size; ++i) {
      const char* const c = &text[static_cast<std::size_t>(i)];
      if (*c != '\n') {
        line << std::string_view(c, 1);
      } else {
        goes_on = visit(mapping_of(line.view()));
        line.clear();
      }
    }
  }
  (void)::close(maps);
}

}  // namespace

[[gnu::cold]] Line place_of(std::uintptr_t frame) {
  Line place;
  Line file;  // of the last mappings
  std::uintptr_t begin = 0;
  visit_mappings([&](const Mapping& mapping) {
    if (mapping.file.empty() || mapping.file != file.view()) {
      file.clear();
      file << mapping.file;
      begin = mapping.begin;
    }
    if (frame < mapping.begin || frame >= mapping.end) return true;
    if (!file.view().empty()) place << file.view() << "+" << Address(frame - begin);
    return false;
  });
  return place;
}

[[gnu::cold]] std::uint64_t thread_number() {
  return static_cast<std::uint64_t>(::syscall(SYS_gettid));
}

}  // namespace Atoll
