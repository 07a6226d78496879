// What the library would throw: the program ends with the name of it.

#include <bits/functexcept.h>

#include "freestanding/cxx/die.h"

namespace std {

using Atoll::freestanding::die;

void __throw_bad_exception() { die("std::bad_exception"); }
void __throw_bad_alloc() { die("std::bad_alloc"); }
void __throw_bad_array_new_length() { die("std::bad_array_new_length"); }
void __throw_bad_cast() { die("std::bad_cast"); }
void __throw_bad_typeid() { die("std::bad_typeid"); }
void __throw_bad_function_call() { die("std::bad_function_call"); }
void __throw_logic_error(const char* what) { die("std::logic_error", what); }
void __throw_domain_error(const char* what) { die("std::domain_error", what); }
void __throw_invalid_argument(const char* what) { die("std::invalid_argument", what); }
void __throw_length_error(const char* what) { die("std::length_error", what); }
void __throw_out_of_range(const char* what) { die("std::out_of_range", what); }
// The numbers of the message are left out.
void __throw_out_of_range_fmt(const char* what, ...) { die("std::out_of_range", what); }
void __throw_runtime_error(const char* what) { die("std::runtime_error", what); }
void __throw_range_error(const char* what) { die("std::range_error", what); }
void __throw_overflow_error(const char* what) { die("std::overflow_error", what); }
void __throw_underflow_error(const char* what) { die("std::underflow_error", what); }
void __throw_ios_failure(const char* what) { die("std::ios_failure", what); }
void __throw_ios_failure(const char* what, int) { die("std::ios_failure", what); }
void __throw_system_error(int) { die("std::system_error"); }
void __throw_future_error(int) { die("std::future_error"); }

}  // namespace std
