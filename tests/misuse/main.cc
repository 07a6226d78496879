// misuse: lists the cases, a line "name<TAB>kind<TAB>what" each. misuse NAME: runs one, and writes
// "after" behind it, so that the reader knows whether it was noticed before.
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>

#include "tests/misuse/cases.h"

namespace misuse {
namespace {

struct Kind {
  const char* name;
  std::span<const Case> (*cases)();
};

constexpr std::array<Kind, 4> kKinds = {{{"double free", &double_frees},
                                         {"wrong pointer", &wrong_pointers},
                                         {"use", &uses},
                                         {"mismatch", &mismatches}}};

struct Start {
  void (*run)(void* argument);
  void* argument;
};

}  // namespace

void in_thread(void (*run)(void* argument), void* argument) {
  Start start{run, argument};
  pthread_t thread{};
  const int error = pthread_create(
      &thread, nullptr,
      [](void* given) -> void* {
        const auto* const its = static_cast<const Start*>(given);
        its->run(its->argument);
        return nullptr;
      },
      &start);
  if (error != 0 || pthread_join(thread, nullptr) != 0) _exit(99);
}

}  // namespace misuse

int main(int count, char** arguments) {
  for (const misuse::Kind& kind : misuse::kKinds) {
    for (const misuse::Case& one : kind.cases()) {
      if (count == 1) {
        std::printf("%s\t%s\t%s\n", one.name, kind.name, one.what);
      } else if (std::strcmp(arguments[1], one.name) == 0) {
        one.run();
        return write(STDOUT_FILENO, "after\n", 6) == 6 ? 0 : 99;
      }
    }
  }
  return count == 1 ? 0 : 98;
}
