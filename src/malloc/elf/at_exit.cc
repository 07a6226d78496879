// Samples and statistics when the process ends, if its user wants them.

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "src/base/text.h"
#include "src/malloc/process_heap.h"
#include "src/malloc/report.h"

namespace Atoll {
namespace {

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(file, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

// Where pieces of text go, some at a time.
class File {
 public:
  // `path` with the process's number for every %p; empty: standard error. `key` is the option that
  // tells of it. What cannot be opened is told, and takes nothing.
  File(os::Os& os, std::string_view key, std::string_view path) {
    if (path.empty()) {
      number_ = STDERR_FILENO;
      return;
    }
    const std::string_view whole = path;
    Text<1024> name;
    for (; !path.empty(); path.remove_prefix(1)) {
      if (path.size() > 1 && path[0] == '%' && path[1] == 'p') {
        name << static_cast<std::uint64_t>(::getpid());
        path.remove_prefix(1);
      } else {
        name << std::string_view(path.data(), 1);
      }
    }
    name << std::string_view("\0", 1);
    number_ = ::open(name.view().data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (number_ >= 0) return;
    Line line;
    line << "atoll: " << key << ": " << whole << ": cannot be written\n";
    os.write(line.view());
  }
  ~File() {
    flush();
    if (number_ > STDERR_FILENO) (void)::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  bool is_open() const { return number_ >= 0; }
  Writer writer() {
    return {[](void* file, std::string_view text) { static_cast<File*>(file)->put(text); }, this};
  }

 private:
  void put(std::string_view text) {
    if (text_.view().size() + text.size() > kMostText) flush();
    text_ << text;
  }
  void flush() {
    if (is_open()) write_all(number_, text_.view());
    text_.clear();
  }

  // So much is gathered, so that lines of several processes do not mix.
  static constexpr std::size_t kMostText = 16384;

  int number_ = -1;
  Text<kMostText> text_;
};

// Functions of their own, so that others' processes do not touch the stack that they take.

[[gnu::noinline, gnu::cold]] void report(Heap& heap, const ProcessOptions& options) {
  File file(heap.platform().os, "statistics_file", options.statistics_file);
  if (!file.is_open()) return;
  Statistics statistics = heap.statistics();
  // The heap knows nothing of it. Other threads may add to it.
  const std::uint64_t of_profile = process_profile().bytes();
  statistics.buck_hash_sys += of_profile;
  statistics.sys += of_profile;
  if (options.statistics == ReportFormat::kJson) {
    write_json(statistics, file.writer());
  } else {
    write_text(statistics, file.writer());
  }
}

// The samples, and what of which file is where, so that addresses can be told.
[[gnu::noinline, gnu::cold]] void write_profile(Heap& heap, const ProcessOptions& options) {
  File file(heap.platform().os, "profile_file", options.profile_file);
  if (!file.is_open()) return;
  process_profile().write(options.heap.profile_rate, file.writer());
  file.writer()("\nMAPPED_LIBRARIES:\n");
  const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  std::array<char, 4096> text;
  for (ssize_t size = 1; maps >= 0 && size > 0;) {
    size = ::read(maps, text.data(), text.size());
    if (size > 0) file.writer()({text.data(), static_cast<std::size_t>(size)});
  }
  if (maps >= 0) (void)::close(maps);
}

[[gnu::constructor]] void begin() { libraries_are_ready(); }

[[gnu::destructor]] void report_at_exit() {
  const ProcessOptions* const options = process_options();
  if (options == nullptr) return;
  Heap* const heap = process_heap();
  if (heap == nullptr) return;
  heap->check_thread();
  if (options->heap.profile_rate != 0) write_profile(*heap, *options);
  if (options->statistics != ReportFormat::kNone) report(*heap, *options);
}

}  // namespace
}  // namespace Atoll
