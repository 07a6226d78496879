// tests/malloc/large_reallocs.h with the C library's names: large_reallocs [COUNT [THREADS
// [SEED]]].
#include "tests/malloc/large_reallocs.h"

#include <cstdio>
#include <cstdlib>

namespace {

std::uint64_t number(int count, char** arguments, int which, std::uint64_t otherwise) {
  return count > which ? std::strtoull(arguments[which], nullptr, 10) : otherwise;
}

}  // namespace

int main(int count, char** arguments) {
  const Atoll::test::ReallocFamily family = {.realloc = &std::realloc, .free = &std::free};
  Atoll::test::grow_two_in_turn(family);
  Atoll::test::reallocate_at_random(family, number(count, arguments, 3, 1),
                                    number(count, arguments, 1, 10'000),
                                    static_cast<unsigned>(number(count, arguments, 2, 1)));
  std::printf("atoll: done\n");
  return 0;
}
