#include "hosts/plan9/aout.h"

#include <cinttypes>
#include <cstdio>

namespace Atoll::hosts::plan9 {
namespace {

struct Header {
  std::uint64_t text = 0;
  std::uint64_t data = 0;
  std::uint64_t bss = 0;
  std::uint64_t entry = 0;
};

std::string line(const char* format, std::uint64_t a, std::uint64_t b = 0) {
  char text[160];
  std::snprintf(text, sizeof text, format, a, b);
  return text;
}

std::optional<Header> read_header(Bytes file, const Machine& machine, std::string* reason) {
  const auto magic = file.read_big<std::uint32_t>(0);
  if (!magic || !file.part(0, machine.header_size)) {
    *reason = "the file ends within its header";
    return std::nullopt;
  }
  if (*magic != machine.magic) {
    *reason = line("its magic number is %#" PRIx64 ", not %#" PRIx64, *magic, machine.magic);
    return std::nullopt;
  }
  const auto field = [&](std::uint64_t number) {
    return std::uint64_t{*file.read_big<std::uint32_t>(number * 4)};
  };
  Header header = {field(1), field(2), field(3), field(5)};
  if (machine.header_size == 40) {
    const std::uint64_t entry = *file.read_big<std::uint64_t>(32);
    if ((entry & 0xffff'ffff) != header.entry) {
      *reason = line("it has two entries, %#" PRIx64 " and %#" PRIx64, header.entry, entry);
      return std::nullopt;
    }
    header.entry = entry;
  }
  return header;
}

}  // namespace

std::optional<Plan> read_aout(Bytes file, const Machine& machine, std::string* reason) {
  const auto header = read_header(file, machine, reason);
  if (!header) return std::nullopt;

  // Sums of a few numbers of 32 bits: nothing wraps.
  const Address base = machine.text_base;
  const std::uint64_t text_size = machine.header_size + header->text;
  const Address data = (base + text_size).aligned_up(machine.data_alignment);
  const Address end = (data + header->data + header->bss).aligned_up(kPageSize);
  if (end > machine.stack().base) {
    *reason = line("it ends at %#" PRIx64 ", in its own stack", end.value());
    return std::nullopt;
  }
  const Address entry(header->entry);
  if (entry < base + machine.header_size || entry >= base + text_size) {
    *reason = line("it starts at %#" PRIx64 ", outside of its text", header->entry);
    return std::nullopt;
  }
  const auto text_bytes = file.part(0, text_size);
  const auto data_bytes = file.part(text_size, header->data);
  if (!text_bytes || !data_bytes) {
    *reason = line("it has %" PRIu64 " bytes, and says of %" PRIu64, file.size(),
                   text_size + header->data);
    return std::nullopt;
  }

  Plan plan;
  plan.text = {base, (base + text_size).aligned_up(kPageSize) - base};
  plan.text_bytes = *text_bytes;
  plan.data = {data, end - data};
  plan.data_bytes = *data_bytes;
  plan.break_base = (data + header->data).aligned_up(kPageSize);
  plan.entry = entry;
  return plan;
}

}  // namespace Atoll::hosts::plan9
