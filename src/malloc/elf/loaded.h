// Functions of the libraries that a process has loaded, found without dlsym(). dlsym() takes the
// loader's lock, which the loader also holds while it initialises a library; it may call malloc();
// and it does not see a library that was opened with RTLD_LOCAL.
#pragma once

#include <string_view>

namespace Atoll {

// The function `name` of the first library that defines it and whose soname begins with `library`.
// If `library` is empty, any library and the program count. Symbol versions are ignored. Null:
// nothing defines it. The pointer becomes invalid when its library is closed.
void* find_loaded_function(std::string_view library, std::string_view name);

}  // namespace Atoll
