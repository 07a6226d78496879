// What the headers say is in the library.

// If <string> comes first, GCC 12 does not generate the destructor.
#include <bits/allocator.h>

template class std::allocator<char>;
template class std::allocator<wchar_t>;
