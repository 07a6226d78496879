// Statistics when the process ends, if its user wants them.

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

// `path` with the process's number for every %p. Negative: it cannot be opened.
int open_file(std::string_view path) {
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
  return ::open(name.view().data(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
}

// A function of its own, so that others' processes do not touch the stack that it takes.
[[gnu::noinline]] void report(Heap& heap, const ProcessOptions& options) {
  int file = STDERR_FILENO;
  if (!options.statistics_file.empty()) {
    file = open_file(options.statistics_file);
    if (file < 0) {
      Line line;
      line << "atoll: statistics_file: " << options.statistics_file << ": cannot be written\n";
      heap.platform().os.write(line.view());
      return;
    }
  }
  // Pieces are gathered, so that lines of several processes do not mix.
  struct Buffer {
    int file;
    Text<16384> text;
  } buffer{file, {}};
  const Writer writer{
      [](void* context, std::string_view text) { static_cast<Buffer*>(context)->text << text; },
      &buffer};
  const Statistics statistics = heap.statistics();
  if (options.statistics == ReportFormat::kJson) {
    write_json(statistics, writer);
  } else {
    write_text(statistics, writer);
  }
  write_all(file, buffer.text.view());
  if (file != STDERR_FILENO) (void)::close(file);
}

[[gnu::destructor]] void report_at_exit() {
  const ProcessOptions* const options = process_options();
  if (options == nullptr || options->statistics == ReportFormat::kNone) return;
  if (Heap* const heap = process_heap(); heap != nullptr) report(*heap, *options);
}

}  // namespace
}  // namespace Atoll
