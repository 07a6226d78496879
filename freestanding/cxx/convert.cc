// Numbers from text, and what little else of <cstdlib>, <cerrno> and <chrono> tests use.

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <limits>

#include "freestanding/platform.h"

namespace {

constinit int error_number = 0;

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct Parsed {
  std::uint64_t magnitude = 0;
  bool is_negative = false;
  bool overflows = false;
};

Parsed parse(const char* text, char** end, int base) {
  Parsed parsed;
  const char* t = text;
  while (is_space(*t)) ++t;
  if (*t == '+' || *t == '-') parsed.is_negative = *t++ == '-';
  const bool has_prefix = t[0] == '0' && (t[1] == 'x' || t[1] == 'X') && digit_of(t[2]) < 16;
  if (has_prefix && (base == 0 || base == 16)) {
    t += 2;
    base = 16;
  }
  if (base == 0) base = *t == '0' ? 8 : 10;
  const char* const digits = t;
  const auto factor = static_cast<std::uint64_t>(base);
  for (; digit_of(*t) < base; ++t) {
    const auto digit = static_cast<std::uint64_t>(digit_of(*t));
    if (parsed.magnitude > (UINT64_MAX - digit) / factor) parsed.overflows = true;
    parsed.magnitude = parsed.magnitude * factor + digit;
  }
  if (end != nullptr) *end = const_cast<char*>(t == digits ? text : t);
  return parsed;
}

template <class Integer>
Integer to_unsigned(const char* text, char** end, int base) {
  const Parsed parsed = parse(text, end, base);
  if (parsed.overflows || parsed.magnitude > std::numeric_limits<Integer>::max()) {
    error_number = ERANGE;
    return std::numeric_limits<Integer>::max();
  }
  const auto value = static_cast<Integer>(parsed.magnitude);
  return parsed.is_negative ? Integer{0} - value : value;
}

template <class Integer>
Integer to_signed(const char* text, char** end, int base) {
  const Parsed parsed = parse(text, end, base);
  const auto most = static_cast<std::uint64_t>(std::numeric_limits<Integer>::max());
  if (parsed.overflows || parsed.magnitude > most + (parsed.is_negative ? 1 : 0)) {
    error_number = ERANGE;
    return parsed.is_negative ? std::numeric_limits<Integer>::min()
                              : std::numeric_limits<Integer>::max();
  }
  return static_cast<Integer>(parsed.is_negative ? 0 - parsed.magnitude : parsed.magnitude);
}

}  // namespace

extern "C" {

int* __errno() { return &error_number; }

// There is no environment.
char* getenv(const char*) { return nullptr; }

unsigned long strtoul(const char* text, char** end, int base) {
  return to_unsigned<unsigned long>(text, end, base);
}
unsigned long long strtoull(const char* text, char** end, int base) {
  return to_unsigned<unsigned long long>(text, end, base);
}
long strtol(const char* text, char** end, int base) { return to_signed<long>(text, end, base); }
long long strtoll(const char* text, char** end, int base) {
  return to_signed<long long>(text, end, base);
}

}  // extern "C"

namespace std::chrono {

steady_clock::time_point steady_clock::now() noexcept {
  return time_point(nanoseconds(Atoll::freestanding::platform_nanoseconds()));
}

// Begins with the program, in 1970.
system_clock::time_point system_clock::now() noexcept {
  return time_point(
      duration_cast<duration>(nanoseconds(Atoll::freestanding::platform_nanoseconds())));
}

}  // namespace std::chrono
