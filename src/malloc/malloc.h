// The malloc family as C23 and POSIX define it, under names of its own. Each platform's way of
// replacing malloc() (src/malloc/elf, windows, darwin) leads here.
//
// All functions are thread safe. They report errors as C does: null, with errno ENOMEM or EINVAL.
// Success and free() leave errno alone. An object of size 0 has an address of its own. Objects of
// up to 8 bytes lie at multiples of 8 (or 16: the option align=16), all others at multiples of 16.
#pragma once

#include <cstddef>

namespace Atoll::malloc_family {

// malloc() and free(). Their fast paths are compiled into the caller (src/malloc/fast_path.h).
void* allocate(std::size_t size);
void release(void* p);
void* allocate_zeroed(std::size_t count, std::size_t size);

// With size 0 it releases `p` and returns null, as glibc does.
void* reallocate(void* p, std::size_t size);
void* reallocate_array(void* p, std::size_t count, std::size_t size);

// The error is EINVAL if `alignment` is not a power of two.
void* allocate_aligned(std::size_t alignment, std::size_t size);
// memalign(): rounds `alignment` up to a power of two, as glibc does.
void* allocate_aligned_at_least(std::size_t alignment, std::size_t size);
// posix_memalign(): returns 0, EINVAL or ENOMEM, and leaves errno alone. `*result` is set on
// success only.
int allocate_aligned_into(void** result, std::size_t alignment, std::size_t size);
// valloc(): at a page of the hardware.
void* allocate_page_aligned(std::size_t size);

// 0 for null, and for a pointer that neither the heap nor the C library knows (foreign.h).
std::size_t usable_size(void* p);
// The same for any address: 0 if no block begins there.
std::size_t usable_size_at(void* p);

// malloc_trim(): gives free memory back to the system. False: there was none.
bool trim();

}  // namespace Atoll::malloc_family
