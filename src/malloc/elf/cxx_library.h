// The C++ library of a process that may have none. Each call looks for it, because a program that
// has opened it may close it.
#pragma once

#include <new>

namespace Atoll {

// Null if there is no handler, or no C++ library.
std::new_handler loaded_new_handler();

// Throws std::bad_alloc. Returns if there is no C++ library.
void throw_loaded_bad_alloc();

}  // namespace Atoll
