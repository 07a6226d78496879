// An object is freed that is free already.
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <vector>

#include "tests/misuse/cases.h"

namespace misuse {
namespace {

void twice(std::size_t size) {
  char* const p = block(size);
  release(p);
  release(p);
}

// The report tells these three places apart.
extern "C" {
[[gnu::noinline]] char* misuse_allocates() { return block(kSmall) + 0; }
[[gnu::noinline]] void misuse_frees(char* p) {
  release(p);
  asm volatile("");
}
[[gnu::noinline]] void misuse_frees_again(char* p) {
  release(p);
  asm volatile("");
}
}

void after_many_others() {
  std::array<char*, 1000> others{};
  for (char*& other : others) other = block(kSmall);
  char* const p = block(kSmall);
  release(p);
  for (char* const other : others) release(other);
  release(p);
}

// The span of the objects is free as a whole by then.
void after_all_of_them() {
  std::vector<char*> all(20000);
  for (char*& one : all) one = block(kSmall);
  for (char* const one : all) release(one);
  malloc_trim(0);
  release(all[10000]);
}

void after_use_again(bool owner_frees_too) {
  char* const p = block(kSmall);
  release(p);
  char* const owner = block(kSmall);
  release(p);
  if (owner_frees_too) release(owner);
}

void after_fork() {
  char* const p = block(kSmall);
  release(p);
  const pid_t child = fork();
  if (child == 0) {
    release(p);
    return;
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) abort();
  _exit(0);
}

constexpr std::array<Case, 26> kCases = {{
    {"twice_1", "an object of 1 byte, twice in a row", [] { twice(1); }},
    {"twice_100", "an object of 100 bytes, twice in a row",
     [] {
       char* const p = misuse_allocates();
       misuse_frees(p);
       misuse_frees_again(p);
     }},
    {"twice_20000", "an object of 20,000 bytes, twice in a row", [] { twice(20000); }},
    {"twice_40000", "a block of 40,000 bytes, twice in a row", [] { twice(kKept); }},
    {"twice_300000", "a block of 300,000 bytes, twice in a row", [] { twice(kLarge); }},
    {"twice_64_MiB", "a block of 64 MiB, twice in a row", [] { twice(std::size_t{64} << 20); }},
    {"twice_empty", "an object of size 0, twice in a row", [] { twice(0); }},
    {"twice_aligned", "an object of aligned_alloc(), twice in a row",
     [] {
       void* const p = aligned_alloc(256, 512);
       release(p);
       release(p);
     }},
    {"twice_then_allocates", "twice in a row; then two blocks would be one",
     [] {
       twice(kSmall);
       hidden(block(kSmall));
       hidden(block(kSmall));
     }},
    {"one_between", "another object in between",
     [] {
       char* const p = block(kSmall);
       char* const other = block(kSmall);
       release(p);
       release(other);
       release(p);
     }},
    {"one_between_then_allocates", "another object in between; then three blocks would be two",
     [] {
       char* const p = block(kSmall);
       char* const other = block(kSmall);
       release(p);
       release(other);
       release(p);
       for (int i = 0; i < 3; ++i) hidden(block(kSmall));
     }},
    {"many_between", "1,000 other objects in between", &after_many_others},
    {"all_between", "20,000 objects in between, and malloc_trim()", &after_all_of_them},
    {"large_between", "a block of 300,000 bytes, another one in between",
     [] {
       char* const p = block(kLarge);
       char* const other = block(kLarge);
       release(p);
       release(other);
       release(p);
     }},
    {"other_thread", "another thread frees it again",
     [] {
       char* const p = block(kSmall);
       release(p);
       in_thread(&release, p);
     }},
    {"other_thread_first", "another thread has freed it, and ended",
     [] {
       char* const p = block(kSmall);
       in_thread(&release, p);
       release(p);
     }},
    {"twice_in_other_thread", "another thread frees it twice",
     [] {
       in_thread(
           [](void* p) {
             release(p);
             release(p);
           },
           block(kSmall));
     }},
    {"of_ended_thread", "the thread that allocated and freed it has ended",
     [] {
       char* p = nullptr;
       in_thread(
           [](void* to) {
             *static_cast<char**>(to) = block(kSmall);
             release(*static_cast<char**>(to));
           },
           &p);
       release(p);
     }},
    {"used_again", "somebody else has the memory by then, and frees it as well",
     [] { after_use_again(true); }},
    {"used_again_alone", "somebody else has the memory by then, and goes on with it",
     [] { after_use_again(false); }},
    {"after_trim", "malloc_trim() in between",
     [] {
       char* const p = block(kSmall);
       release(p);
       malloc_trim(0);
       release(p);
     }},
    {"after_fork", "a child frees what its parent freed before the fork", &after_fork},
    {"after_realloc", "free() of what realloc() has moved",
     [] {
       char* const p = block(kSmall);
       hidden(std::realloc(hidden(p), 5000));
       release(p);
     }},
    {"after_realloc_0", "free() of what realloc() to size 0 has freed",
     [] {
       char* const p = block(kSmall);
       hidden(std::realloc(hidden(p), 0));
       release(p);
     }},
    {"delete_twice", "delete, twice in a row",
     [] {
       int* const p = hidden(new int(1));
       delete hidden(p);
       delete hidden(p);
     }},
    {"delete_array_twice", "delete[], twice in a row",
     [] {
       int* const p = hidden(new int[100]);
       delete[] hidden(p);
       delete[] hidden(p);
     }},
}};

}  // namespace

std::span<const Case> double_frees() { return kCases; }

}  // namespace misuse
