// The beginning and the end of a program.

#include <cstddef>
#include <cstdlib>

#include "freestanding/cxx/die.h"
#include "freestanding/platform.h"

int main(int argc, char** argv);

using Constructor = void (*)();

#if defined(__wasm__)
// Made by the linker.
extern "C" void __wasm_call_ctors();
#elif defined(__MACH__)
extern "C" const Constructor first_constructor __asm("section$start$__DATA$__mod_init_func");
extern "C" const Constructor end_of_constructors __asm("section$end$__DATA$__mod_init_func");
#else
// Made by the linker; absent if there is nothing to construct.
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const Constructor __init_array_start[];
extern "C" [[gnu::weak, gnu::visibility("hidden")]] const Constructor __init_array_end[];
#endif

namespace Atoll::freestanding {
namespace {

constexpr std::size_t kMostExitFunctions = 4096;

struct ExitFunction {
  void (*function)(void* argument);
  void* argument;
};

constinit ExitFunction exit_functions[kMostExitFunctions] = {};
constinit std::size_t num_exit_functions = 0;

void call_without_argument(void* function) { reinterpret_cast<void (*)()>(function)(); }

int register_exit(void (*function)(void*), void* argument) {
  if (num_exit_functions == kMostExitFunctions) return -1;
  exit_functions[num_exit_functions++] = {function, argument};
  return 0;
}

void run_constructors() {
#if defined(__wasm__)
  __wasm_call_ctors();
#elif defined(__MACH__)
  for (const Constructor* c = &first_constructor; c != &end_of_constructors; ++c) (*c)();
#else
  for (const Constructor* c = __init_array_start; c != __init_array_end; ++c) (*c)();
#endif
}

}  // namespace

extern "C" {

void atoll_start_constructed(int argc, char** argv) { std::exit(main(argc, argv)); }

void atoll_start(int argc, char** argv) {
  run_constructors();
  atoll_start_constructed(argc, argv);
}

void exit(int code) {
  // A function that runs now may register more.
  while (num_exit_functions != 0) {
    const ExitFunction last = exit_functions[--num_exit_functions];
    last.function(last.argument);
  }
  platform_exit(code);
}

void _Exit(int code) { platform_exit(code); }

void abort() { die("aborted"); }

int atexit(void (*function)()) {
  return register_exit(call_without_argument, reinterpret_cast<void*>(function));
}

// --- What the compiler calls. ---

#if !defined(__MACH__)  // whose linker makes it
void* __dso_handle = nullptr;
#endif

int __cxa_atexit(void (*destructor)(void*), void* object, void*) {
  return register_exit(destructor, object);
}

// For objects that were compiled with a stack protector all the same.
std::size_t __stack_chk_guard = static_cast<std::size_t>(0x9e37'79b9'7f4a'7c15);
[[noreturn]] void __stack_chk_fail() { die("stack smashed"); }

// The first byte of a guard tells whether the object is there, the second whether it is on its way.
// (ARM has guards of 32 bits, others of 64.)
int __cxa_guard_acquire(char* guard) {
  if (guard[0] != 0) return 0;
  if (guard[1] != 0) die("a static object needs itself to be constructed");
  guard[1] = 1;
  return 1;
}
void __cxa_guard_release(char* guard) { guard[0] = 1; }
void __cxa_guard_abort(char* guard) { guard[1] = 0; }

}  // extern "C"
}  // namespace Atoll::freestanding
