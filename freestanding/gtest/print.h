// Values as text, for messages: by a PrintTo() or << of their own, or by what they look like.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

namespace testing {
namespace internal {

template <class T>
void print(const T& value, std::ostream& out);

void print_bytes(const void* object, std::size_t size, std::ostream& out);
void print_text(std::string_view text, std::ostream& out);
void print_character(unsigned char c, std::ostream& out);

template <class T>
concept HasPrintTo = requires(const T& value, std::ostream* out) { PrintTo(value, out); };

template <class T>
concept IsStreamable = requires(const T& value, std::ostream& out) { out << value; };

template <class T>
concept IsContainer = requires(const T& value) {
  { value.begin() == value.end() } -> std::convertible_to<bool>;
  *value.begin();
};

template <class T>
concept IsOptional = requires(const T& value) {
  { value.has_value() } -> std::convertible_to<bool>;
  *value;
};

template <class T>
concept IsTuple = requires { std::tuple_size<T>::value; } && !IsContainer<T>;

template <class T>
concept IsCharacter = std::is_same_v<T, char> || std::is_same_v<T, signed char> ||
                      std::is_same_v<T, unsigned char> || std::is_same_v<T, char8_t>;

template <class Iterator, class Sentinel>
void print_range(Iterator first, Sentinel last, std::ostream& out) {
  constexpr int kMost = 32;
  out << "{";
  int count = 0;
  for (; first != last && count < kMost; ++first, ++count) {
    out << (count == 0 ? " " : ", ");
    print(*first, out);
  }
  if (first != last) out << ", ...";
  out << (count == 0 ? "}" : " }");
}

template <class Tuple, std::size_t... kIndices>
void print_tuple(const Tuple& tuple, std::ostream& out, std::index_sequence<kIndices...>) {
  out << "(";
  ((out << (kIndices == 0 ? "" : ", "), print(std::get<kIndices>(tuple), out)), ...);
  out << ")";
}

template <class T>
void print_pointer(T* pointer, std::ostream& out) {
  if (pointer == nullptr) {
    out << "NULL";
  } else if constexpr (std::is_function_v<T>) {
    out << reinterpret_cast<const void*>(pointer);
  } else {
    out << const_cast<const void*>(static_cast<const volatile void*>(pointer));
    if constexpr (std::is_same_v<const T, const char>) {
      out << " pointing to ";
      print_text(pointer, out);
    }
  }
}

template <class T>
void print(const T& value, std::ostream& out) {
  if constexpr (HasPrintTo<T>) {
    PrintTo(value, &out);
  } else if constexpr (std::is_same_v<T, bool>) {
    out << (value ? "true" : "false");
  } else if constexpr (std::is_null_pointer_v<T>) {
    out << "(nullptr)";
  } else if constexpr (IsCharacter<T>) {
    print_character(static_cast<unsigned char>(value), out);
  } else if constexpr (std::is_floating_point_v<T>) {
    const auto digits = out.precision(std::is_same_v<T, float> ? 9 : 17);
    out << value;
    out.precision(digits);
  } else if constexpr (std::is_pointer_v<T>) {
    print_pointer(value, out);
  } else if constexpr (std::is_array_v<T>) {
    if constexpr (std::is_same_v<std::remove_cv_t<std::remove_extent_t<T>>, char>) {
      print_text(value, out);
    } else {
      print_range(std::begin(value), std::end(value), out);
    }
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    print_text(value, out);
  } else if constexpr (IsStreamable<T>) {
    out << value;
  } else if constexpr (std::is_enum_v<T>) {
    print(+static_cast<std::underlying_type_t<T>>(value), out);
  } else if constexpr (IsContainer<T>) {
    print_range(value.begin(), value.end(), out);
  } else if constexpr (IsOptional<T>) {
    out << "(";
    if (value.has_value())
      print(*value, out);
    else
      out << "nullopt";
    out << ")";
  } else if constexpr (IsTuple<T>) {
    print_tuple(value, out, std::make_index_sequence<std::tuple_size_v<T>>());
  } else {
    print_bytes(std::addressof(value), sizeof value, out);
  }
}

}  // namespace internal

template <class T>
std::string PrintToString(const T& value) {
  std::ostringstream out;
  internal::print(value, out);
  return out.str();
}

}  // namespace testing
