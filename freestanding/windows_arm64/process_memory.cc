// As for any Windows: it needs kernel32 only.
#include "tests/os/process_memory_windows.cc"  // NOLINT(bugprone-suspicious-include)
