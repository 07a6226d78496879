#include "src/malloc/elf/cxx_library.h"

#include <unwind.h>

#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "src/malloc/elf/loaded.h"

namespace Atoll {
namespace {

// Looks in all libraries: the C++ library may be a part of a plugin.
template <typename Function>
Function* find(std::string_view name) {
  return reinterpret_cast<Function*>(find_loaded_function("", name));
}

}  // namespace

[[gnu::cold]] std::new_handler loaded_new_handler() {
  auto* const get = find<std::new_handler()>("_ZSt15get_new_handlerv");
  return get != nullptr ? get() : nullptr;
}

[[gnu::cold]] void throw_loaded_bad_alloc() {
  auto* const throw_it = find<void()>("_ZSt17__throw_bad_allocv");
  if (throw_it != nullptr) throw_it();
}

}  // namespace Atoll

// The functions that the compiler calls for `catch`, for operator_new.cc, which is linked without a
// C++ library. Code that throws has loaded one.

// NOLINTBEGIN(bugprone-reserved-identifier)

#define ATOLL_FORWARD extern "C" [[gnu::visibility("hidden"), gnu::cold]]

ATOLL_FORWARD _Unwind_Reason_Code __gxx_personality_v0(int version, _Unwind_Action actions,
                                                       std::uint64_t exception_class,
                                                       _Unwind_Exception* exception,
                                                       _Unwind_Context* context) {
  auto* const personality =
      Atoll::find<_Unwind_Reason_Code(int, _Unwind_Action, std::uint64_t, _Unwind_Exception*,
                                      _Unwind_Context*)>("__gxx_personality_v0");
  if (personality == nullptr) return _URC_CONTINUE_UNWIND;
  return personality(version, actions, exception_class, exception, context);
}

ATOLL_FORWARD void* __cxa_begin_catch(void* exception) noexcept {
  auto* const begin = Atoll::find<void*(void*)>("__cxa_begin_catch");
  return begin != nullptr ? begin(exception) : nullptr;
}

ATOLL_FORWARD void __cxa_end_catch() {
  auto* const end = Atoll::find<void()>("__cxa_end_catch");
  if (end != nullptr) end();
}

// Under another name here, because <unwind.h> declares it with default visibility.
ATOLL_FORWARD void resume_unwinding(_Unwind_Exception* exception) asm("_Unwind_Resume");
void resume_unwinding(_Unwind_Exception* exception) {
  auto* const resume = Atoll::find<void(_Unwind_Exception*)>("_Unwind_Resume");
  if (resume != nullptr) resume(exception);
  std::abort();
}

// NOLINTEND(bugprone-reserved-identifier)
