#include "src/malloc/elf/report_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>

#include "os/base/text.h"
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

// Standard error as it was at the start. Programs close it before they end, and files that they
// open later may get its number.
class StandardError {
 public:
  constexpr StandardError() = default;

  void remember() {
    struct stat now = {};
    if (::fstat(STDERR_FILENO, &now) != 0) return;
    // A high number that programs do not reach, if the limit allows it.
    for (const int least : {1000, 100, STDERR_FILENO + 1}) {
      copy_ = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, least);
      if (copy_ >= 0) break;
    }
    device_ = now.st_dev;
    file_ = now.st_ino;
  }

  // The copy or, if the program closed it, the usual number of standard error.
  int number() const {
    struct stat now = {};
    const bool is_it =
        copy_ >= 0 && ::fstat(copy_, &now) == 0 && now.st_dev == device_ && now.st_ino == file_;
    return is_it ? copy_ : STDERR_FILENO;
  }

 private:
  int copy_ = -1;
  dev_t device_ = 0;
  ino_t file_ = 0;
};

constinit StandardError standard_error;

// The destination of a report; it writes several pieces of text at a time.
class File {
 public:
  // `path` with the process's number for every %p, and `turn` for every %n; empty: standard error.
  // `key` is the option that names it. A file that cannot be opened is reported, and receives
  // nothing.
  File(os::Os& os, std::string_view key, std::string_view path, std::uint64_t turn) {
    if (path.empty()) {
      number_ = standard_error.number();
      return;
    }
    is_own_ = true;
    const std::string_view whole = path;
    Text<1024> name;
    for (; !path.empty(); path.remove_prefix(1)) {
      const bool is_process = path.starts_with("%p");
      if (is_process || path.starts_with("%n")) {
        name << (is_process ? static_cast<std::uint64_t>(::getpid()) : turn);
        path.remove_prefix(1);
      } else {
        name << path.substr(0, 1);
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
    if (is_own_ && is_open()) (void)::close(number_);
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

  // Text is gathered up to this size, so that lines of several processes do not mix.
  static constexpr std::size_t kMostText = 16384;

  int number_ = -1;
  bool is_own_ = false;
  Text<kMostText> text_;
};

// They are functions of their own, so that processes without reports do not touch the stack that
// these need.

[[gnu::noinline, gnu::cold]] void write_statistics(Heap& heap, const ProcessOptions& options,
                                                   std::uint64_t turn) {
  File file(heap.platform().os, "statistics_file", options.statistics_file, turn);
  if (!file.is_open()) return;
  Statistics statistics = heap.statistics();
  // The heap does not count the profile. Other threads may add to it.
  const std::uint64_t of_profile = process_profile().bytes();
  statistics.buck_hash_sys += of_profile;
  statistics.sys += of_profile;
  if (options.statistics == ReportFormat::kJson) {
    write_json(statistics, file.writer());
  } else {
    write_text(statistics, file.writer());
  }
}

// The samples, and the process's mappings, so that a reader can name the addresses.
[[gnu::noinline, gnu::cold]] void write_profile(Heap& heap, const ProcessOptions& options,
                                                std::uint64_t turn) {
  File file(heap.platform().os, "profile_file", options.profile_file, turn);
  if (!file.is_open()) return;
  {
    // Otherwise allocations of the system's functions could become samples while samples are being
    // written.
    const Entry inside(heap);
    process_profile().write(options.heap.objects.profile_rate, file.writer());
  }
  file.writer()("\nMAPPED_LIBRARIES:\n");
  const int maps = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  std::array<char, 4096> text;
  for (ssize_t size = 1; maps >= 0 && size > 0;) {
    size = ::read(maps, text.data(), text.size());
    if (size > 0) file.writer()({text.data(), static_cast<std::size_t>(size)});
  }
  if (maps >= 0) (void)::close(maps);
}

constinit std::atomic<std::uint64_t> turns{0};

}  // namespace

[[gnu::cold]] void prepare_reports(const ProcessOptions& options) {
  if (options.statistics != ReportFormat::kNone && options.statistics_file.empty()) {
    standard_error.remember();
  }
}

[[gnu::cold]] void write_reports(const ProcessOptions& options) {
  Heap* const heap = process_heap();
  if (heap == nullptr) return;
  const std::uint64_t turn = turns.fetch_add(1, std::memory_order_relaxed);
  if (options.heap.objects.profile_rate != 0) write_profile(*heap, options, turn);
  if (options.statistics != ReportFormat::kNone) write_statistics(*heap, options, turn);
}

}  // namespace Atoll
