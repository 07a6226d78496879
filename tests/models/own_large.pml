/* OwnLarge::put() (src/objects/own_large.h): a thread keeps a freed object at a place of its own only if the
   record that was last at this place is still the object's span. Another thread may have freed that span meanwhile,
   and the page heap may have made another one of its record.

   Maker  PageHeap::free() and carve(), under the page heap's lock, on the processor that runs them: the record's
          state becomes kFree, `base` becomes the new address, state.store(kInUse, release)
   Owner  put(): state.load(acquire), then `base` is compared

   The owner frees an object at the old address, which somebody allocated there since, from another record: so the
   program has passed it on, and the owner knows that the first span is gone. Memory is weak: of each word the
   owner may read any value that is not older than what it knows of. Writes are numbered; `seen_base` is the
   oldest number that the owner may still read. State: 1 kFree, 2 kInUse again. Base: 0 the old one, 1 the
   new one. The owner must never take the record for the object's span. THREADS - 1 makers take turns, since the
   page heap's lock orders them. */
/* threads: 2 3 */
/* mutants: RELAXED_STATE RELAXED_LOOK STATE_FIRST */
#include "memory.pmh"

byte newest_state = 1; /* the write that freed it is known */
byte base_written = 0;
byte base_of_state[4]; /* what a release with this number makes known of base */

byte page_lock = NOBODY;
bool is_free = true;

proctype Maker(byte t) {
  LOCK(page_lock, t);
  if
  :: is_free ->
    is_free = false;
#ifdef STATE_FIRST
    newest_state = 2;
    base_written = 1;
#else
    base_written = 1;
    atomic {
#ifndef RELAXED_STATE
      base_of_state[2] = base_written;
#endif
      newest_state = 2
    };
#endif
  :: else -> skip
  fi;
  UNLOCK(page_lock, t)
}

active proctype Owner() {
  byte state;
  byte base;
  byte seen_base = 0;
  atomic {
    if
    :: state = 1
    :: newest_state == 2 -> state = 2
    fi;
#ifndef RELAXED_LOOK
    seen_base = base_of_state[state]
#endif
  };
  if
  :: state == 2 ->
    if
    :: seen_base == 0 -> base = 0
    :: base_written == 1 -> base = 1
    fi;
    /* With the old base it would keep the record for the object. */
    assert(base == 1)
  :: else -> skip
  fi
}

init {
  byte t;
  atomic { for (t : 1 .. THREADS - 1) { run Maker(t) } }
}
