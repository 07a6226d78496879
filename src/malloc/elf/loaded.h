// Functions of the libraries that a process has loaded, found without dlsym(): that one takes the
// loader's lock, which is held while a library is initialised, may call malloc(), and does not see
// a library that was opened with RTLD_LOCAL.
#pragma once

#include <string_view>

namespace Atoll {

// The function `name` that the first library defines whose soname begins with `library`; of no
// matter what library, or the program, if that is empty. Versions are not looked at. Null: nobody
// defines it. The pointer is bad once its library is closed.
void* find_loaded_function(std::string_view library, std::string_view name);

}  // namespace Atoll
