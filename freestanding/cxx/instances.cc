// What the headers say is in the library.

// Behind <string>, GCC 12 leaves out the destructor.
#include <bits/allocator.h>

template class std::allocator<char>;
template class std::allocator<wchar_t>;
