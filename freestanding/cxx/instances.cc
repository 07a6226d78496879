// What the headers say is in the library.

#include <string>

template class std::allocator<char>;
template class std::allocator<wchar_t>;
