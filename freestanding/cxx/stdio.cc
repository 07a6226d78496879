// Formatted output, to the console: %d %i %u %x %X %o %c %s %p %% with widths, zeros, a minus,
// precisions of %s, and all sizes of integers. Not floating point.

#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "freestanding/platform.h"

namespace {

// snprintf()'s buffer, or the console if there is none.
class Output {
 public:
  Output() = default;
  Output(char* buffer, std::size_t size) : buffer_(buffer), size_(size), is_console_(false) {}

  void put(std::string_view text) {
    if (is_console_) Atoll::freestanding::platform_write(text.data(), text.size());
    for (const char c : text) {
      if (!is_console_ && written_ + 1 < size_) buffer_[written_] = c;
      ++written_;
    }
  }
  void pad(char c, std::size_t count) {
    for (; count != 0; --count) put({&c, 1});
  }
  int end() {
    if (size_ != 0) buffer_[written_ < size_ ? written_ : size_ - 1] = '\0';
    return static_cast<int>(written_);
  }

 private:
  char* buffer_ = nullptr;
  std::size_t size_ = 0;
  bool is_console_ = true;
  std::size_t written_ = 0;
};

struct Directive {
  bool is_left = false;
  bool has_zeros = false;
  std::size_t width = 0;
  std::size_t precision = SIZE_MAX;
  int size = 0;  // 'h', 'l', 'L' for ll, 'z' for everything as wide as a pointer
};

std::size_t number(const char*& format, va_list* arguments) {
  if (*format == '*') {
    ++format;
    return static_cast<std::size_t>(va_arg(*arguments, int));
  }
  std::size_t n = 0;
  for (; *format >= '0' && *format <= '9'; ++format)
    n = n * 10 + static_cast<unsigned>(*format - '0');
  return n;
}

Directive directive(const char*& format, va_list* arguments) {
  Directive d;
  for (;; ++format) {
    if (*format == '-')
      d.is_left = true;
    else if (*format == '0')
      d.has_zeros = true;
    else if (*format != '+' && *format != ' ' && *format != '#')
      break;
  }
  d.width = number(format, arguments);
  if (*format == '.') d.precision = number(++format, arguments);
  for (;; ++format) {
    if (*format == 'l')
      d.size = d.size == 'l' ? 'L' : 'l';
    else if (*format == 'j')
      d.size = 'L';
    else if (*format == 'z' || *format == 't')
      d.size = 'z';
    else if (*format != 'h')
      return d;
  }
}

std::uint64_t integer(const Directive& d, bool is_signed, va_list* arguments) {
  switch (d.size) {
    case 'l':
      return is_signed ? static_cast<std::uint64_t>(va_arg(*arguments, long))
                       : va_arg(*arguments, unsigned long);
    case 'L':
      return va_arg(*arguments, unsigned long long);
    case 'z':
      return is_signed ? static_cast<std::uint64_t>(va_arg(*arguments, std::ptrdiff_t))
                       : va_arg(*arguments, std::size_t);
    default:
      return is_signed ? static_cast<std::uint64_t>(va_arg(*arguments, int))
                       : va_arg(*arguments, unsigned);
  }
}

void put_padded(Output& out, const Directive& d, std::string_view sign, std::string_view text) {
  const std::size_t size = sign.size() + text.size();
  const std::size_t missing = d.width > size ? d.width - size : 0;
  const bool has_zeros = d.has_zeros && !d.is_left;
  if (!has_zeros && !d.is_left) out.pad(' ', missing);
  out.put(sign);
  if (has_zeros) out.pad('0', missing);
  out.put(text);
  if (d.is_left) out.pad(' ', missing);
}

void put_integer(Output& out, const Directive& d, std::string_view sign, std::uint64_t value,
                 unsigned base, const char* digits) {
  char text[24];
  std::size_t first = sizeof text;
  do {
    text[--first] = digits[value % base];
    value /= base;
  } while (value != 0);
  put_padded(out, d, sign, {text + first, sizeof text - first});
}

void format_all(Output& out, const char* format, va_list* arguments) {
  constexpr const char* kDigits = "0123456789abcdef";
  for (; *format != '\0'; ++format) {
    if (*format != '%') {
      out.put({format, 1});
      continue;
    }
    ++format;
    Directive d = directive(format, arguments);
    switch (*format) {
      case 'd':
      case 'i': {
        const std::uint64_t value = integer(d, true, arguments);
        const bool is_negative = static_cast<std::int64_t>(value) < 0;
        put_integer(out, d, is_negative ? "-" : "", is_negative ? 0 - value : value, 10, kDigits);
        break;
      }
      case 'u':
        put_integer(out, d, "", integer(d, false, arguments), 10, kDigits);
        break;
      case 'o':
        put_integer(out, d, "", integer(d, false, arguments), 8, kDigits);
        break;
      case 'x':
        put_integer(out, d, "", integer(d, false, arguments), 16, kDigits);
        break;
      case 'X':
        put_integer(out, d, "", integer(d, false, arguments), 16, "0123456789ABCDEF");
        break;
      case 'p':
        put_integer(out, d, "0x", reinterpret_cast<std::uintptr_t>(va_arg(*arguments, void*)), 16,
                    kDigits);
        break;
      case 'c': {
        const char c = static_cast<char>(va_arg(*arguments, int));
        put_padded(out, d, "", {&c, 1});
        break;
      }
      case 's': {
        const char* const text = va_arg(*arguments, const char*);
        std::size_t size = 0;
        while (size < d.precision && text[size] != '\0') ++size;
        d.has_zeros = false;
        put_padded(out, d, "", {text, size});
        break;
      }
      case '\0':
        return;
      default:
        out.put({format, 1});
    }
  }
}

int print(const char* format, va_list arguments) {
  va_list copy;
  va_copy(copy, arguments);
  Output out;
  format_all(out, format, &copy);
  va_end(copy);
  return out.end();
}

constinit struct _reent streams = {};

}  // namespace

extern "C" {

// Where stdout and stderr are looked up; whatever stream is meant, the console gets it.
struct _reent* _impure_ptr = &streams;

int vsnprintf(char* buffer, std::size_t size, const char* format, va_list arguments) {
  va_list copy;
  va_copy(copy, arguments);
  Output out(buffer, size);
  format_all(out, format, &copy);
  va_end(copy);
  return out.end();
}

int snprintf(char* buffer, std::size_t size, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = vsnprintf(buffer, size, format, arguments);
  va_end(arguments);
  return written;
}

int printf(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = print(format, arguments);
  va_end(arguments);
  return written;
}

int fprintf(FILE*, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const int written = print(format, arguments);
  va_end(arguments);
  return written;
}

int fputs(const char* text, FILE*) {
  Atoll::freestanding::platform_write(text, std::strlen(text));
  return 0;
}

int puts(const char* text) {
  fputs(text, nullptr);
  Atoll::freestanding::platform_write("\n", 1);
  return 0;
}

std::size_t fwrite(const void* text, std::size_t size, std::size_t count, FILE*) {
  Atoll::freestanding::platform_write(static_cast<const char*>(text), size * count);
  return count;
}

int putchar(int c) {
  const char byte = static_cast<char>(c);
  Atoll::freestanding::platform_write(&byte, 1);
  return c;
}

int fputc(int c, FILE*) { return putchar(c); }

int fflush(FILE*) { return 0; }

}  // extern "C"
