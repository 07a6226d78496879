// The C library's own malloc(), even where another one replaces it.
#pragma once

#include <cstddef>

namespace Atoll::malloc_family {

// Null: it is not known.
struct CLibrary {
  void (*free)(void* p);
  void* (*realloc)(void* p, std::size_t size);
  std::size_t (*usable_size)(void* p);
};

// The C library's functions under their second names, for programs whose malloc() is still the C
// library's. malloc_names.cc replaces these names too, and comes with another definition
// (c_library.cc).
CLibrary c_library();

}  // namespace Atoll::malloc_family
