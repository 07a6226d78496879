#include "tests/os/process_memory_windows.cc"
