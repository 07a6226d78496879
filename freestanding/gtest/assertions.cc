// What failed assertions say.

#include "freestanding/gtest/assertions.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace testing::internal {
namespace {

constexpr const char* kHexDigits = "0123456789ABCDEF";

// The value, unless it is written in the test just like that.
std::string which_is(const char* text, const std::string& value) {
  std::string line = std::string("\n  ") + text;
  if (value != text) line += "\n    Which is: " + value;
  return line;
}

// Order as that of the numbers, and neighbours one apart.
template <class Unsigned, class Float>
Unsigned place_of(Float value) {
  constexpr Unsigned kSign = Unsigned{1} << (sizeof(Unsigned) * 8 - 1);
  const auto bits = std::bit_cast<Unsigned>(value);
  return static_cast<Unsigned>((bits & kSign) != 0 ? ~bits + 1 : bits | kSign);
}

template <class Unsigned, class Float>
AssertionResult compare_almost(const char* a_text, const char* b_text, Float a, Float b) {
  constexpr Unsigned kMostApart = 4;
  const auto a_place = place_of<Unsigned>(a);
  const auto b_place = place_of<Unsigned>(b);
  const bool are_numbers = !std::isnan(a) && !std::isnan(b);
  const Unsigned apart = a_place < b_place ? b_place - a_place : a_place - b_place;
  if (are_numbers && apart <= kMostApart) return AssertionSuccess();
  return not_equal(a_text, b_text, PrintToString(a), PrintToString(b));
}

}  // namespace

AssertionResult not_equal(const char* a_text, const char* b_text, const std::string& a,
                          const std::string& b) {
  return AssertionFailure() << "Expected equality of these values:" << which_is(a_text, a)
                            << which_is(b_text, b);
}

AssertionResult not_ordered(const char* a_text, const char* b_text, const std::string& a,
                            const std::string& b, const char* order) {
  return AssertionFailure() << "Expected: (" << a_text << ") " << order << " (" << b_text
                            << "), actual: " << a << " vs " << b;
}

AssertionResult compare_texts(const char* a_text, const char* b_text, const char* a, const char* b,
                              bool are_equal) {
  const bool are_same = a == nullptr || b == nullptr ? a == b : std::strcmp(a, b) == 0;
  if (are_same == are_equal) return AssertionSuccess();
  const auto printed = [](const char* t) {
    return t == nullptr ? "NULL" : PrintToString(std::string_view(t));
  };
  if (are_equal) return not_equal(a_text, b_text, printed(a), printed(b));
  return not_ordered(a_text, b_text, printed(a), printed(b), "!=");
}

AssertionResult compare_near(const char* a_text, const char* b_text, const char* error_text,
                             double a, double b, double error) {
  const double difference = std::fabs(a - b);
  if (difference <= error) return AssertionSuccess();
  return AssertionFailure() << "The difference between " << a_text << " and " << b_text << " is "
                            << PrintToString(difference) << ", which exceeds " << error_text
                            << ", where\n"
                            << a_text << " evaluates to " << PrintToString(a) << ",\n"
                            << b_text << " evaluates to " << PrintToString(b) << ", and\n"
                            << error_text << " evaluates to " << PrintToString(error) << ".";
}

AssertionResult compare_doubles(const char* a_text, const char* b_text, double a, double b) {
  return compare_almost<std::uint64_t>(a_text, b_text, a, b);
}

AssertionResult compare_floats(const char* a_text, const char* b_text, float a, float b) {
  return compare_almost<std::uint32_t>(a_text, b_text, a, b);
}

std::string bool_failure(const AssertionResult& result, const char* text, bool expected) {
  std::string message = std::string("Value of: ") + text + "\n  Actual: ";
  message += expected ? "false" : "true";
  if (*result.message() != '\0') message += std::string(" (") + result.message() + ")";
  return message + "\nExpected: " + (expected ? "true" : "false");
}

void print_bytes(const void* object, std::size_t size, std::ostream& out) {
  constexpr std::size_t kMost = 132;
  const auto* const bytes = static_cast<const unsigned char*>(object);
  out << size << "-byte object <";
  for (std::size_t i = 0; i < size && i < kMost; ++i) {
    if (i != 0) out << (i % 2 == 0 ? ' ' : '-');
    out << kHexDigits[bytes[i] >> 4] << kHexDigits[bytes[i] & 15];
  }
  out << (size > kMost ? " ... >" : ">");
}

namespace {

// As a number if it has no other name: then true.
bool print_escaped(unsigned char c, std::ostream& out) {
  constexpr std::string_view kNames = "0......abtnvfr";
  if (c < kNames.size() && kNames[c] != '.') {
    out << '\\' << kNames[c];
  } else if (c >= ' ' && c < 0x7f) {
    if (c == '\\') out << '\\';
    out << static_cast<char>(c);
  } else {
    out << "\\x";
    if (c >= 16) out << kHexDigits[c >> 4];
    out << kHexDigits[c & 15];
    return true;
  }
  return false;
}

}  // namespace

void print_character(unsigned char c, std::ostream& out) {
  out << "'";
  if (c == '\'') out << '\\';
  const bool is_number = print_escaped(c, out);
  out << "'";
  if (c == 0) return;
  out << " (" << static_cast<unsigned>(c);
  if (!is_number && c > 9) {
    out << ", 0x";
    if (c >= 16) out << kHexDigits[c >> 4];
    out << kHexDigits[c & 15];
  }
  out << ")";
}

void print_text(std::string_view text, std::ostream& out) {
  out << '"';
  for (const char c : text) {
    if (c == '"') out << '\\';
    print_escaped(static_cast<unsigned char>(c), out);
  }
  out << '"';
}

}  // namespace testing::internal
