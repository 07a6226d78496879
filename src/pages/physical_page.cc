#include "src/pages/physical_page.h"

#include "os/base/bits.h"

namespace Atoll::pages {

[[gnu::cold]] std::optional<Line> check_physical_page(const port::PortSpec& spec,
                                                      const os::Machine& machine) {
  const std::uint64_t page = machine.page_size;
  Line line;
  if (page == 0) {
    line << "failed to get system page size";
  } else if (spec.max_phys_page_size != 0 && page > spec.max_phys_page_size) {
    line << "bad system page size: system page size (" << page
         << ") is larger than maximum page size (" << spec.max_phys_page_size << ")";
  } else if (page < spec.min_phys_page_size) {
    line << "bad system page size: system page size (" << page
         << ") is smaller than minimum page size (" << spec.min_phys_page_size << ")";
  } else if (!is_power_of_two(page)) {
    line << "bad system page size: system page size (" << page << ") must be a power of 2";
  } else {
    return std::nullopt;
  }
  return line;
}

[[gnu::cold]] std::optional<Line> check_huge_page(const port::PortSpec& spec, os::Os& os) {
  if (!spec.since(port::Release::k1_13)) return std::nullopt;
  const std::uint64_t size = os.huge_page_size();
  if (size == 0 || is_power_of_two(size)) return std::nullopt;
  Line line;
  line << "bad system huge page size: system huge page size (" << size << ") must be a power of 2";
  return line;
}

std::uint64_t usable_huge_page_size(const port::PortSpec& spec, std::uint64_t huge_page_size) {
  const std::uint64_t limit = spec.max_phys_huge_page_size;
  return limit != 0 && huge_page_size > limit ? 0 : huge_page_size;
}

}  // namespace Atoll::pages
