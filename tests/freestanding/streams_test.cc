// The streams and the arithmetic of freestanding/cxx. Passes with a whole C++ library too.

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <iomanip>
#include <limits>
#include <random>
#include <sstream>
#include <string>

namespace {

template <class... Values>
std::string streamed(const Values&... values) {
  std::ostringstream out;
  (out << ... << values);
  return out.str();
}

TEST(Streams, WriteIntegers) {
  EXPECT_EQ(streamed(0, ' ', -1, ' ', 255U), "0 -1 255");
  EXPECT_EQ(streamed(INT64_MIN, ' ', UINT64_MAX), "-9223372036854775808 18446744073709551615");
  EXPECT_EQ(streamed(std::hex, 255, ' ', std::int16_t{-1}, ' ', std::dec, 255), "ff ffff 255");
  EXPECT_EQ(streamed(std::showbase, std::hex, std::uppercase, 171, std::oct, 8), "0XAB010");
  EXPECT_EQ(streamed(true, std::boolalpha, false), "1false");
}

TEST(Streams, FillWhatIsNarrow) {
  EXPECT_EQ(streamed(std::setw(4), 1, std::setw(4), "ab", 2), "   1  ab2");
  EXPECT_EQ(streamed(std::left, std::setw(4), 1, '|', std::right, std::setw(3), 'x'), "1   |  x");
  EXPECT_EQ(streamed(std::setfill('0'), std::hex, std::setw(6), 0xabc), "000abc");
  EXPECT_EQ(streamed(std::setw(2), std::string("long")), "long");
}

TEST(Streams, WriteFloatingPoint) {
  EXPECT_EQ(streamed(0.0, ' ', 1.0, ' ', -2.5, ' ', 100000.0), "0 1 -2.5 100000");
  EXPECT_EQ(streamed(1e6, ' ', 1234567.0, ' ', 0.0001, ' ', 0.00001),
            "1e+06 1.23457e+06 0.0001 1e-05");
  EXPECT_EQ(streamed(0.1F, ' ', 3.14159265, ' ', 999999.7), "0.1 3.14159 1e+06");
  EXPECT_EQ(streamed(std::setprecision(3), 2.0 / 3, ' ', 1e100), "0.667 1e+100");
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(streamed(infinity, ' ', -infinity), "inf -inf");
}

TEST(Streams, WritePointers) {
  EXPECT_EQ(streamed(reinterpret_cast<const void*>(std::uintptr_t{0xabc})), "0xabc");
}

TEST(Streams, ReadWordsNumbersAndLines) {
  std::istringstream words("  one two\n");
  std::string word;
  std::string all;
  while (words >> word) all += word + ";";
  EXPECT_EQ(all, "one;two;");
  EXPECT_TRUE(words.eof());
  EXPECT_TRUE(words.fail());

  std::istringstream numbers("12 -7 x");
  int a = 0;
  long b = 0;
  EXPECT_TRUE(numbers >> a >> b);
  EXPECT_EQ(a, 12);
  EXPECT_EQ(b, -7);
  EXPECT_FALSE(numbers >> a);

  std::istringstream lines("one\n\nthree");
  all.clear();
  while (std::getline(lines, word)) all += "[" + word + "]";
  EXPECT_EQ(all, "[one][][three]");
}

TEST(Arithmetic, RoundsInEveryDirection) {
  const double kValues[] = {0.0, 0.4, 0.5, 0.6, 1.0, 1.5, 2.5, 4503599627370495.5, 1e300};
  const double kRounded[] = {0, 0, 1, 1, 1, 2, 3, 4503599627370496.0, 1e300};
  const double kFloors[] = {0, 0, 0, 0, 1, 1, 2, 4503599627370495.0, 1e300};
  for (int i = 0; i < 9; ++i) {
    const volatile double value = kValues[i];
    const double ceiling = kFloors[i] + (kFloors[i] < value ? 1 : 0);
    EXPECT_EQ(std::round(value), kRounded[i]) << value;
    EXPECT_EQ(std::round(-value), -kRounded[i]) << value;
    EXPECT_EQ(std::floor(value), kFloors[i]) << value;
    EXPECT_EQ(std::floor(-value), -ceiling) << value;
    EXPECT_EQ(std::ceil(value), ceiling) << value;
    EXPECT_EQ(std::trunc(-value), -kFloors[i]) << value;
    EXPECT_EQ(std::fabs(-value), value) << value;
  }
}

TEST(Arithmetic, TakesNumbersApart) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const int power = static_cast<int>(random() % 1800) - 900;
    const double value = std::ldexp(static_cast<double>(random() >> 11), power);
    int exponent = 0;
    const double mantissa = std::frexp(value, &exponent);
    EXPECT_GE(mantissa, 0.5);
    EXPECT_LT(mantissa, 1.0);
    EXPECT_EQ(std::ldexp(mantissa, exponent), value);
  }
  EXPECT_EQ(std::ldexp(1.0, -1074), std::numeric_limits<double>::denorm_min());
  int exponent = 0;
  EXPECT_EQ(std::frexp(std::numeric_limits<double>::denorm_min(), &exponent), 0.5);
  EXPECT_EQ(exponent, -1073);
}

TEST(Arithmetic, HasLogarithmsAndTheirInverse) {
  // As volatile ones, since compilers know them too.
  const volatile double kTwo = 2;
  const volatile double kTen = 10;
  EXPECT_DOUBLE_EQ(std::log(kTwo), 0.69314718055994531);
  EXPECT_DOUBLE_EQ(std::log(kTen), 2.3025850929940457);
  EXPECT_DOUBLE_EQ(std::log2(kTen), 3.3219280948873623);
  EXPECT_DOUBLE_EQ(std::exp(kTwo), 7.3890560989306502);
  EXPECT_DOUBLE_EQ(std::exp(-kTen), 4.5399929762484852e-05);
  for (int n = -1000; n <= 1000; n += 10) EXPECT_EQ(std::log2(std::ldexp(1.0, n)), n);
  std::mt19937 random(1);
  for (int i = 0; i < 1000; ++i) {
    const double x = (static_cast<double>(random()) - 2147483648.0) / 4e6;
    EXPECT_NEAR(std::log(std::exp(x)), x, 1e-13);
    EXPECT_NEAR(std::exp(x) * std::exp(-x), 1.0, 1e-13);
  }
}

}  // namespace
