// For platforms on which nothing asks for call stacks.

#include "src/malloc/call_stack.h"

namespace Atoll {

void prepare_call_stacks() {}
std::size_t call_stack(std::span<std::uintptr_t> /*frames*/) { return 0; }
Line place_of(std::uintptr_t /*frame*/) { return {}; }
std::uint64_t thread_number() { return 0; }

}  // namespace Atoll
