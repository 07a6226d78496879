// Where libFuzzer enters. It keeps the input of a program that ends here.
#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string failure = Atoll::test::fuzz({data, size});
  if (failure.empty()) return 0;
  std::fprintf(stderr, "atoll: %s\n", failure.c_str());
  std::abort();
}
