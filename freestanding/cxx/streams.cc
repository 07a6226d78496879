// The streams of cxx/include.

#include <cmath>
#include <cstdint>
#include <cstring>
#include <istream>
#include <ostream>

namespace std {
namespace {

// At least one; the last come first.
class Digits {
 public:
  Digits(unsigned long long value, unsigned base, bool is_upper) {
    const char* const digits = is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
    do {
      text_[--first_] = digits[value % base];
      value /= base;
    } while (value != 0);
  }
  string_view view() const { return {text_ + first_, sizeof text_ - first_}; }

 private:
  char text_[24];
  size_t first_ = sizeof text_;
};

bool is_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// `value` is not 0 and finite: its digits, rounded, and the power of ten of the first.
string decimal(double value, int precision, int& exponent) {
  exponent = 0;
  while (value >= 10) {
    value /= 10;
    ++exponent;
  }
  while (value < 1) {
    value *= 10;
    --exponent;
  }
  double scale = 1;
  for (int i = 1; i < precision; ++i) scale *= 10;
  auto whole = static_cast<unsigned long long>(value * scale + 0.5);
  if (static_cast<double>(whole) >= scale * 10) {
    whole /= 10;
    ++exponent;
  }
  string digits(Digits(whole, 10, false).view());
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  return digits;
}

string general(double value, int precision) {
  if (value != value) return "nan";
  if (value == 0) return "0";
  if (value > 1.7976931348623157e308) return "inf";
  int exponent = 0;
  string digits = decimal(value, precision, exponent);
  if (exponent >= -4 && exponent < 0) {
    return "0." + string(static_cast<size_t>(-exponent - 1), '0') + digits;
  }
  if (exponent >= 0 && exponent < precision) {
    const auto before_point = static_cast<size_t>(exponent) + 1;
    if (digits.size() <= before_point) return digits + string(before_point - digits.size(), '0');
    return digits.insert(before_point, ".");
  }
  if (digits.size() > 1) digits.insert(1, ".");
  const Digits power(static_cast<unsigned>(exponent < 0 ? -exponent : exponent), 10, false);
  digits += exponent < 0 ? "e-" : "e+";
  if (power.view().size() < 2) digits += '0';
  return digits.append(power.view());
}

}  // namespace

ostream& ostream::put_padded(string_view sign, string_view text) {
  const size_t size = sign.size() + text.size();
  const auto wide = static_cast<size_t>(width());
  const string filling(wide > size ? wide - size : 0, fill());
  width(0);
  const auto put_text = [this](string_view t) {
    write(t.data(), static_cast<streamsize>(t.size()));
  };
  const bool is_left = (flags() & left) != 0;
  const bool has_zeros = fill() == '0';
  if (!is_left && !has_zeros) put_text(filling);
  put_text(sign);
  if (!is_left && has_zeros) put_text(filling);
  put_text(text);
  if (is_left) put_text(filling);
  return *this;
}

ostream& ostream::put_unsigned(unsigned long long value, bool is_negative) {
  const bool is_upper = (flags() & uppercase) != 0;
  const bool has_prefix = (flags() & showbase) != 0 && value != 0;
  if ((flags() & hex) != 0) {
    return put_padded(!has_prefix ? "" : (is_upper ? "0X" : "0x"),
                      Digits(value, 16, is_upper).view());
  }
  if ((flags() & oct) != 0)
    return put_padded(has_prefix ? "0" : "", Digits(value, 8, false).view());
  return put_padded(is_negative ? "-" : "", Digits(value, 10, false).view());
}

ostream& ostream::put_signed(long long value, size_t size) {
  auto bits = static_cast<unsigned long long>(value);
  if (value >= 0) return put_unsigned(bits);
  if ((flags() & dec) != 0) return put_unsigned(0 - bits, true);
  // In other bases as the unsigned number of the same width.
  return put_unsigned(bits & (~0ULL >> (64 - 8 * size)));
}

ostream& ostream::operator<<(bool value) {
  if ((flags() & boolalpha) == 0) return *this << int{value};
  return put_padded("", value ? "true" : "false");
}

ostream& ostream::operator<<(double value) {
  const bool is_negative = std::signbit(value);
  int digits = static_cast<int>(precision());
  if (digits < 1) digits = 1;
  if (digits > 17) digits = 17;
  return put_padded(is_negative ? "-" : "", general(is_negative ? -value : value, digits));
}

ostream& ostream::operator<<(const void* value) {
  if (value == nullptr) return put_padded("", "0");
  return put_padded("0x", Digits(reinterpret_cast<uintptr_t>(value), 16, false).view());
}

int istream::peek() {
  if (position_ == text_.size()) is_at_end_ = true;
  return is_at_end_ ? -1 : static_cast<unsigned char>(text_[position_]);
}

int istream::get() {
  const int c = peek();
  if (c < 0)
    fails_ = true;
  else
    ++position_;
  return c;
}

void istream::skip_space() {
  while (is_space(peek())) ++position_;
}

istream& istream::operator>>(char& value) {
  skip_space();
  if (const int c = get(); c >= 0) value = static_cast<char>(c);
  return *this;
}

istream& istream::operator>>(string& word) {
  skip_space();
  word.clear();
  for (int c = peek(); c >= 0 && !is_space(c); c = peek()) {
    word += static_cast<char>(c);
    ++position_;
  }
  if (word.empty()) fails_ = true;
  return *this;
}

unsigned long long istream::read_integer(bool& is_negative) {
  skip_space();
  if (peek() == '-' || peek() == '+') is_negative = get() == '-';
  const unsigned base = (flags() & hex) != 0 ? 16 : ((flags() & oct) != 0 ? 8 : 10);
  unsigned long long value = 0;
  bool has_digits = false;
  for (;; ++position_) {
    const int c = peek();
    const int lower = c | ('a' - 'A');
    unsigned digit = base;
    if (c >= '0' && c <= '9')
      digit = static_cast<unsigned>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      digit = static_cast<unsigned>(lower - 'a' + 10);
    if (digit >= base) break;
    if (value > (~0ULL - digit) / base) fails_ = true;
    value = value * base + digit;
    has_digits = true;
  }
  if (!has_digits) fails_ = true;
  return value;
}

istream& getline(istream& in, string& line, char end) {
  line.clear();
  int c = in.get();
  if (c < 0) return in;
  for (; c >= 0 && c != end; c = in.peek() < 0 ? -1 : in.get()) line += static_cast<char>(c);
  return in;
}

}  // namespace std
