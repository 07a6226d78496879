// The units in which a heap takes memory and makes its own records: what decides how little memory
// a heap can live in. Only the slow paths read this. What the fast paths need of a port (the size
// of an arena, the levels of the arena map) is in port::PortSpec, a constant of the build.
#pragma once

#include <cstdint>
#include <limits>

#include "src/policy.h"
#include "src/port/port.h"

namespace Atoll {

struct Geometry {
  // --- Records. ---

  std::uint64_t record_chunk = 0;   // in bytes: of PersistentAlloc
  std::uint64_t direct_record = 0;  // in bytes: a record of this size or more is allocated alone
  std::uint64_t fixed_chunk = 0;    // in bytes: of FixedAlloc; a longer record has one alone
  unsigned log_first_spans = 0;     // of the table of spans: log2 of its first segment

  // --- Of a heap that takes parts of arenas (src/pages/sparing.h). ---

  std::uint64_t most_whole_arena = 0;    // in bytes: arenas up to this size are taken whole
  std::uint64_t least_reservation = 0;   // in bytes: reservations are multiples of it
  std::uint64_t least_step = 0;          // in bytes: the least that it maps at once
  std::uint64_t step_fraction = 0;       // a larger heap maps 1/step_fraction of its size at once
  std::uint64_t most_ahead = 0;          // in bytes: the most that it reserves and does not map
  unsigned log_bit_group_pages = 0;      // one record has the bits of this many pages
  unsigned most_l2_bits = 0;             // of a table of the arena map, if the port has one level
  bool shares_records_of_arenas = true;  // src/pages/stand_ins.h
  // The heap's pages and its records come from the same buffer, so the heap saves both. A region
  // that follows the last one extends it and gets no record of its own. The heap takes a page only
  // if it can make all records that the page may ever need; otherwise it gives the address space
  // back.
  bool is_in_buffer = false;
};

// What Go's releases have, and what a sparing heap has instead.
inline constexpr Geometry kGeometryOfGo = {
    .record_chunk = 256 * policy::kKiB,
    .direct_record = 64 * policy::kKiB,
    .fixed_chunk = 16 * policy::kKiB,
    .log_first_spans = policy::kLogFirstSpans,
    .most_whole_arena = std::numeric_limits<std::uint64_t>::max(),
    .shares_records_of_arenas = false,
};
inline constexpr Geometry kSparingGeometry = {
    .record_chunk = policy::kRecordChunk,
    .direct_record = policy::kDirectRecord,
    .fixed_chunk = 16 * policy::kKiB,
    .log_first_spans = policy::kLogFirstSpans,
    .most_whole_arena = policy::kMostWholeArena,
    .least_reservation = policy::kLeastReservation,
    .least_step = policy::kLeastStep,
    .step_fraction = policy::kStepFraction,
    .most_ahead = std::numeric_limits<std::uint64_t>::max(),
    .log_bit_group_pages = policy::kLogBitGroupPages,
    .most_l2_bits = policy::kSparingL2Bits,
};

// Where all memory is one buffer, and what is reserved is taken from the rest.
inline constexpr Geometry kGeometryInBuffer = {
    .record_chunk = policy::kRecordChunkInBuffer,
    .direct_record = policy::kDirectRecordInBuffer,
    .fixed_chunk = policy::kFixedChunkInBuffer,
    .log_first_spans = policy::kLogFirstSpansInBuffer,
    .least_reservation = port::kPageSize,
    .least_step = policy::kStepInBuffer,
    .step_fraction = std::numeric_limits<std::uint64_t>::max(),
    .log_bit_group_pages = policy::kLogBitGroupPagesInBuffer,
    .most_l2_bits = policy::kSparingL2Bits,
    .shares_records_of_arenas = false,
    .is_in_buffer = true,
};

// Whether every heap of the port lives in a buffer; it is sparing then, whatever its options are.
constexpr bool lives_in_buffer(const port::Port& port) { return port.is(port::Goos::kNone); }

constexpr const Geometry& geometry_of(const port::PortSpec& spec, bool is_sparing) {
  if (lives_in_buffer(spec)) return kGeometryInBuffer;
  return is_sparing ? kSparingGeometry : kGeometryOfGo;
}

}  // namespace Atoll
