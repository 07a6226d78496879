// Memory is used that the program does not have, or does not have any more. After each misuse the
// objects are freed and others are allocated, so that whoever checks them has the occasion.
#include <malloc.h>

#include <array>
#include <cstdint>
#include <cstring>

#include "tests/misuse/cases.h"

namespace misuse {
namespace {

// What a write leaves behind: no address.
constexpr int kPattern = 0x5a;

void write_at(char* p, std::ptrdiff_t offset, std::size_t size) {
  std::memset(hidden(p + offset), kPattern, size);
}

void read_at(const char* p, std::ptrdiff_t offset) {
  [[maybe_unused]] const volatile char c = *hidden(p + offset);
}

// Writes `count` bytes at `offset` from the end of an object that has another behind it.
void overflow(std::size_t size, std::ptrdiff_t offset, std::size_t count) {
  char* const p = block(size);
  char* const next = block(size);
  write_at(p, static_cast<std::ptrdiff_t>(malloc_usable_size(p)) + offset, count);
  release(next);
  release(p);
  for (int i = 0; i < 3; ++i) hidden(block(size));
}

void underflow(std::size_t size, std::size_t count) {
  char* const before = block(size);
  char* const p = block(size);
  write_at(p, -static_cast<std::ptrdiff_t>(count), count);
  release(p);
  release(before);
  for (int i = 0; i < 3; ++i) hidden(block(size));
}

void write_after_free(std::size_t size, std::ptrdiff_t offset, std::size_t count) {
  char* const p = block(size);
  release(p);
  write_at(p, offset, count);
  for (int i = 0; i < 3; ++i) hidden(block(size));
}

void read_after_free(std::size_t size) {
  char* const p = block(size);
  release(p);
  read_at(p, 16);
}

constexpr std::array<Case, 26> kCases = {{
    {"overflow_request", "a write behind the requested size, into the rest of the object",
     [] {
       char* const p = block(kSmall);
       write_at(p, kSmall, 1);
       release(p);
     }},
    {"overflow_1", "1 byte behind an object", [] { overflow(kSmall, 0, 1); }},
    {"overflow_8", "8 bytes behind an object", [] { overflow(kSmall, 0, 8); }},
    {"overflow_4096", "4,096 bytes behind an object", [] { overflow(kSmall, 0, 4096); }},
    {"overflow_far", "8 bytes, a page behind an object", [] { overflow(kSmall, 4096, 8); }},
    {"overflow_large_1", "1 byte behind a block of 300,000 bytes", [] { overflow(kLarge, 0, 1); }},
    {"overflow_large_4096", "4,096 bytes behind a block of 300,000 bytes",
     [] { overflow(kLarge, 0, 4096); }},
    {"overflow_into_free", "8 bytes behind an object, into a free one",
     [] {
       char* const p = block(kSmall);
       release(block(kSmall));
       write_at(p, static_cast<std::ptrdiff_t>(malloc_usable_size(p)), 8);
       for (int i = 0; i < 3; ++i) hidden(block(kSmall));
     }},
    {"underflow_1", "1 byte before an object", [] { underflow(kSmall, 1); }},
    {"underflow_8", "8 bytes before an object", [] { underflow(kSmall, 8); }},
    {"underflow_large", "16 bytes before a block of 300,000 bytes", [] { underflow(kLarge, 16); }},
    {"write_freed_0", "8 bytes at the beginning of a freed object",
     [] { write_after_free(kSmall, 0, 8); }},
    {"write_freed_1", "1 byte at the beginning of a freed object",
     [] { write_after_free(kSmall, 0, 1); }},
    {"write_freed_8", "8 bytes into a freed object, at 8", [] { write_after_free(kSmall, 8, 8); }},
    {"write_freed_16", "8 bytes into a freed object, at 16",
     [] { write_after_free(kSmall, 16, 8); }},
    {"write_freed_end", "the last byte of a freed object",
     [] { write_after_free(kSmall, kSmall - 1, 1); }},
    {"write_freed_kept", "a freed block of 40,000 bytes", [] { write_after_free(kKept, 0, 8); }},
    {"write_freed_large", "a freed block of 300,000 bytes", [] { write_after_free(kLarge, 0, 8); }},
    {"write_freed_returned", "a freed object whose page the system has back",
     [] {
       char* const p = block(kLarge);
       std::memset(p, 1, kLarge);
       release(p);
       malloc_trim(0);
       write_at(p, 0, 8);
     }},
    {"write_moved", "an object that realloc() has moved",
     [] {
       char* const p = block(kSmall);
       hidden(std::realloc(hidden(p), 5000));
       write_at(p, 16, 8);
     }},
    {"read_freed", "a read of a freed object", [] { read_after_free(kSmall); }},
    {"read_freed_large", "a read of a freed block of 300,000 bytes",
     [] { read_after_free(kLarge); }},
    {"read_behind", "a read behind an object",
     [] { read_at(block(kSmall), static_cast<std::ptrdiff_t>(kSmall + 20)); }},
    {"read_unwritten", "a read of what nobody has written", [] { read_at(block(kSmall), 16); }},
    {"write_freed_by_ended_thread", "an object that a thread has freed before it ended",
     [] {
       char* const p = block(kSmall);
       in_thread(&release, p);
       write_at(p, 0, 8);
       for (int i = 0; i < 3; ++i) hidden(block(kSmall));
     }},
    {"link_to_nowhere", "a freed object's first word becomes an address without memory",
     [] {
       char* const p = block(kSmall);
       release(p);
       const std::uintptr_t nowhere = 0x10000;
       std::memcpy(hidden(p), &nowhere, sizeof nowhere);
       for (int i = 0; i < 3; ++i) hidden(block(kSmall));
     }},
}};

}  // namespace

std::span<const Case> uses() { return kCases; }

}  // namespace misuse
