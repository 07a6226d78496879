// The program's own parts in memory, where arm64.ld put them. All begin at a page, except for those
// of thread-local storage and constructors.
#pragma once

namespace Atoll::os::arm64::image {

using Constructor = void (*)();

extern "C" {

extern char text[] __asm__("atoll_text");
extern char constants[] __asm__("atoll_constants");
extern char data[] __asm__("atoll_data");
extern char fault_guard[] __asm__("atoll_fault_guard");  // a page below the handler's stack
extern char stack_guard[] __asm__("atoll_stack_guard");  // a page below the program's stack
extern char end[] __asm__("atoll_end");

extern char thread_begin[] __asm__("atoll_thread_begin");          // the initial values of
                                                                   // thread-locals
extern char thread_end[] __asm__("atoll_thread_end");              // the end of these values
extern char thread_zero_end[] __asm__("atoll_thread_zero_end");    // zeroes from thread_end to here
extern char thread_alignment[] __asm__("atoll_thread_alignment");  // the symbol's address is the
                                                                   // number

extern Constructor constructors_begin[] __asm__("__init_array_start");
extern Constructor constructors_end[] __asm__("__init_array_end");

}  // extern "C"

}  // namespace Atoll::os::arm64::image
