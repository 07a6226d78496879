// The C++ library of a process that may have none, looked for at each call: what may open it may
// close it.
#pragma once

#include <new>

namespace Atoll {

// Null, too, where there is no C++ library.
std::new_handler loaded_new_handler();

// Throws std::bad_alloc. Returns if there is no C++ library.
void throw_loaded_bad_alloc();

}  // namespace Atoll
