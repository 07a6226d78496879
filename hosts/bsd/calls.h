// The calls that are the same on all BSDs, except for the differences that Personality describes.
#pragma once

#include "hosts/bsd/process.h"

namespace Atoll::hosts::bsd::calls {

// --- Memory. ---
Answer mmap(Process& process, const Arguments& arguments);
Answer munmap(Process& process, const Arguments& arguments);
Answer mprotect(Process& process, const Arguments& arguments);
Answer madvise(Process& process, const Arguments& arguments);
Answer mincore(Process& process, const Arguments& arguments);

// --- The rest. ---
[[noreturn]] Answer exit(Process& process, const Arguments& arguments);
Answer read(Process& process, const Arguments& arguments);
Answer write(Process& process, const Arguments& arguments);
Answer pipe2(Process& process, const Arguments& arguments);
Answer sysctl(Process& process, const Arguments& arguments);
Answer clock_gettime(Process& process, const Arguments& arguments);
Answer yield(Process& process, const Arguments& arguments);
Answer futex(Process& process, const Arguments& arguments);

}  // namespace Atoll::hosts::bsd::calls
