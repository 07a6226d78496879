#include "tests/malloc/firmware/locks.h"

struct _reent;

namespace {

unsigned taken = 0;
unsigned held = 0;

}  // namespace

extern "C" {

void __malloc_lock(struct _reent*);
void __malloc_unlock(struct _reent*);

void __malloc_lock(struct _reent*) {
  ++taken;
  ++held;
}
void __malloc_unlock(struct _reent*) { --held; }

}  // extern "C"

namespace Atoll::test {

unsigned locks_taken() { return taken; }
unsigned locks_held() { return held; }

const bool kReallocToNothingIsABlock = true;

}  // namespace Atoll::test
