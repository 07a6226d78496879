// The C library's own malloc(), whatever has taken its place.
#pragma once

#include <cstddef>

namespace Atoll::malloc_family {

// Null: it is not known.
struct CLibrary {
  void (*free)(void* p);
  void* (*realloc)(void* p, std::size_t size);
  std::size_t (*usable_size)(void* p);
};

// Where malloc() is the C library's still, what it has under names of its own. malloc_names.cc,
// which takes those names over too, brings another definition (c_library.cc).
CLibrary c_library();

}  // namespace Atoll::malloc_family
