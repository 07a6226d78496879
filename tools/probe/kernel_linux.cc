#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "os/base/decimal.h"
#include "os/base/text.h"
#include "tools/probe/kernel.h"
#include "tools/probe/kernel_text.h"

namespace Atoll::probe {
namespace {

constexpr std::string_view kNotKnown = "?";
constexpr std::string_view kUnlimited = "unlimited";
constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

// The beginning of a file of the kernel's. Empty: it is not there, or may not be read.
class KernelFile {
 public:
  explicit KernelFile(const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    const ssize_t n = ::read(file, bytes_.data(), bytes_.size());
    if (n > 0) size_ = static_cast<std::size_t>(n);
    ::close(file);
  }
  std::string_view text() const { return {bytes_.data(), size_}; }

 private:
  std::array<char, 4096> bytes_;
  std::size_t size_ = 0;
};

class Facts {
 public:
  Facts(Sink sink, void* context) : sink_(sink), context_(context) {}

  void tell(std::string_view key, std::string_view value) const {
    Line line;
    line << "fact\t" << key << "\t" << (value.empty() ? kNotKnown : value);
    sink_(context_, line.view());
  }
  void tell(std::string_view key, std::optional<bool> answer) const {
    tell(key, !answer ? kNotKnown : *answer ? "yes" : "no");
  }
  void tell_limit(std::string_view key, std::optional<std::uint64_t> limit) const {
    if (!limit) {
      tell(key, kNotKnown);
    } else if (*limit == kNoLimit) {
      tell(key, kUnlimited);
    } else {
      tell(key, (Line() << *limit).view());
    }
  }

 private:
  Sink sink_;
  void* context_;
};

// --- Moves. ---

bool is_mapped(unsigned char* p, std::size_t size) {
  std::array<unsigned char, 2> resident{};
  return ::mincore(p, size, resident.data()) == 0;
}

// Two pages that are a mapping each, because one of them may not be written to, moved by one call.
// Kernels before 6.17 refuse, but take away what was at the target.
std::optional<bool> moves_several_mappings() {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t size = 2 * page;
  void* const all =
      ::mmap(nullptr, 2 * size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (all == MAP_FAILED) return std::nullopt;
  auto* const from = static_cast<unsigned char*>(all);
  unsigned char* const to = from + size;
  from[0] = 1;
  from[page] = 2;
  std::optional<bool> answer;
  if (::mprotect(from + page, page, PROT_READ) == 0) {
    answer = ::mremap(from, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, to) != MAP_FAILED &&
             is_mapped(to, size) && to[0] == 1 && to[page] == 2;
  }
  // Whatever is left of it, holes or not.
  ::munmap(all, 2 * size);
  return answer;
}

// --- Limits. ---

template <typename Resource>
std::optional<std::uint64_t> limit_of(Resource resource) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return std::nullopt;
  return limit.rlim_cur == RLIM_INFINITY ? kNoLimit : std::uint64_t{limit.rlim_cur};
}

// What a control group's file holds. The first generation says "none" with the most pages that a
// signed number of bytes can tell.
std::optional<std::uint64_t> limit_in(std::string_view text) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max() - (1 << 20);
  if (text == "max") return kNoLimit;
  const std::optional<std::uint64_t> bytes = parse_decimal(text);
  return bytes && *bytes >= kMost ? kNoLimit : bytes;
}

// The least of the group and of those around it, as far as they can be seen: a container sees its
// own as the root. The root itself has no file, and no limit.
std::optional<std::uint64_t> cgroup_limit() {
  const KernelFile file("/proc/self/cgroup");
  const Cgroup group = memory_cgroup(file.text());
  if (group.path.empty()) return std::nullopt;
  std::optional<std::uint64_t> least;
  std::string_view path = group.path;
  for (;;) {
    while (path.ends_with('/')) path.remove_suffix(1);
    Text<1024> name;
    name << (group.is_first_generation ? "/sys/fs/cgroup/memory" : "/sys/fs/cgroup") << path
         << (group.is_first_generation ? "/memory.limit_in_bytes" : "/memory.max")
         << std::string_view("\0", 1);
    const KernelFile limit_file(name.view().data());
    if (const auto limit = limit_in(first_line(limit_file.text())); limit) {
      least = std::min(*limit, least.value_or(kNoLimit));
    }
    if (path.empty()) break;
    path = path.substr(0, path.rfind('/'));
  }
  const bool is_root = group.path == "/";
  return least || !is_root ? least : kNoLimit;
}

std::optional<std::uint64_t> number_in(const char* path) {
  const KernelFile file(path);
  return parse_decimal(first_line(file.text()));
}

}  // namespace

void tell_kernel(Sink sink, void* context) {
  const Facts facts(sink, context);
  utsname system{};
  facts.tell("kernelRelease", ::uname(&system) == 0 ? std::string_view(system.release) : kNotKnown);
  facts.tell("movesSeveralMappings", moves_several_mappings());
  const KernelFile huge_pages("/sys/kernel/mm/transparent_hugepage/enabled");
  facts.tell("transparentHugePages", chosen_word(huge_pages.text()));
  facts.tell_limit("hugePageSize", number_in("/sys/kernel/mm/transparent_hugepage/hpage_pmd_size"));
  facts.tell_limit("overcommitMemory", number_in("/proc/sys/vm/overcommit_memory"));
  facts.tell_limit("maxMapCount", number_in("/proc/sys/vm/max_map_count"));
  facts.tell_limit("limitAddressSpace", limit_of(RLIMIT_AS));
  facts.tell_limit("limitData", limit_of(RLIMIT_DATA));
  facts.tell_limit("limitLockedMemory", limit_of(RLIMIT_MEMLOCK));
  facts.tell_limit("cgroupMemoryMax", cgroup_limit());
}

}  // namespace Atoll::probe
