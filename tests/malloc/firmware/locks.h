// The locks of a program's own, where there are tasks: here they count.
#pragma once

namespace Atoll::test {

// How often the C library's lock for malloc() was taken, and how often it is held now.
unsigned locks_taken();
unsigned locks_held();

// The C libraries differ here.
extern const bool kReallocToNothingIsABlock;

}  // namespace Atoll::test
