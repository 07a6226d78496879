#include "src/pages/start32.h"

#include "os/base/bits.h"
#include "src/pages/reserve_aligned.h"

namespace Atoll::pages {
namespace {

// Who maps the pieces of the arena range. Up to 1.16 the range itself does: up to 1.12 it makes
// them Prepared, from 1.13 Ready. From 1.17 the code that grows the heap maps them.
LinearAlloc::Mapping arena_mapping(const port::PortSpec& spec) {
  if (spec.until(port::Release::k1_12)) return LinearAlloc::Mapping::kPrepares;
  if (spec.until(port::Release::k1_16)) return LinearAlloc::Mapping::kReadies;
  return LinearAlloc::Mapping::kNone;
}

// Release 1.11 of wasm answers a hint below the end of the memory with that end. Here the system
// refuses such a hint, and a request without a hint returns the end.
AlignedReservation reserve_arenas(os::Os& os, const os::Machine& machine, Address hint,
                                  std::uint64_t size, std::uint64_t alignment) {
  const AlignedReservation at_hint = reserve_aligned(os, machine, hint, size, alignment);
  if (at_hint.ok() || !machine.linear_only || !machine.honours_hints) return at_hint;
  return reserve_aligned(os, machine, Address(), size, alignment);
}

}  // namespace

[[gnu::cold]] Start32 start32(os::Os& os, const os::Machine& machine, const port::PortSpec& spec,
                              bool is_sparing) {
  Start32 start;
  const bool reserves = !is_sparing || machine.linear_only;
  const std::uint64_t metadata_bytes =
      round_up(port::start32_metadata_bytes(spec), machine.page_size);
  const os::Allocation metadata =
      reserves ? os.reserve(Address(), metadata_bytes) : os::Allocation();
  if (!metadata.base.is_null()) {
    start.metadata_range = {metadata.base, metadata_bytes};
    start.metadata = LinearAlloc(start.metadata_range, LinearAlloc::Mapping::kReadies);
  }

  port::ProgramEnd program;
  program.end_of_data = machine.end_of_data.value();
  if (port::has_program_break(spec.goos)) program.program_break = machine.program_break.value();
  program.metadata_begin = start.metadata_range.base.value();
  program.metadata_end = start.metadata_range.end().value();
  start.hint = Address(port::start32_address(spec, program));
  if (!reserves) return start;

  for (const std::uint64_t size : port::kStart32Reservations) {
    const AlignedReservation arenas =
        reserve_arenas(os, machine, start.hint, size, spec.heap_arena_bytes);
    if (!arenas.ok() || !arenas.range.base.is_aligned(spec.heap_arena_bytes)) continue;
    start.arena_range = arenas.range;
    // A sparing heap maps the pages that it takes.
    const auto mapping = is_sparing ? LinearAlloc::Mapping::kNone : arena_mapping(spec);
    start.arenas = LinearAlloc(arenas.range, mapping);
    start.hint = arenas.range.end();
    break;
  }
  return start;
}

}  // namespace Atoll::pages
