/* LargeCache (src/objects/large_cache.h): a thread keeps a freed large object in a slot, from which any
   thread may take it. At most one thread has the object; it sees what the one before wrote there.

   keep()      put(): load(relaxed), is_cached.store(true), slot.span.store(release)
   take_from() load(relaxed), exchange(null, acquire), is_cached.store(false)
   OTHER       take_any() by Cache::give_back_large(), then free_chain(), which ends at the page heap
   reader      cached_bytes(), under the page heap's lock: the record is valid meanwhile

   Thread 0 owns the slot. One object and one slot: objects in different slots do not meet. Only the owner
   uses slot.npages and held_. The loads of one word need no weak model: a relaxed load that returns
   an older value is one that came earlier here, and the exchange decides. `is_cached` is a word of its own, so a
   store that is not ordered can come late: RELAXED_STORE and RELAXED_TAKE find that as a race, because the
   flag belongs to the data. */
/* threads: 2 3 */
/* mutants: RELAXED_PUT RELAXED_TAKE TAKE_IN_TWO_STEPS FLAG_AFTER_PUT READER_WITHOUT_LOCK */
#include "memory.pmh"

#define kRounds 2

bool in_slot = false;
bool slot_knows = true;
bool knows[THREADS] = true; /* of the object's memory and record */
bool is_cached = false;
byte user = 0;       /* who has the object */
bool is_freed = false; /* its span is the page heap's */
byte page_lock = NOBODY;

inline touch(t) {
  d_step {
    assert(knows[t]);
    for (i : 0 .. THREADS - 1) { knows[i] = false }
    slot_knows = false;
    knows[t] = true;
    i = 0;
  }
}

/* The exchange of take_from(); `found` tells whether it returned the object. */
inline take_from(t) {
  found = false;
  if
  :: in_slot ->
#ifdef TAKE_IN_TWO_STEPS
    found = true;
    atomic { in_slot = false; ACQUIRE(slot_knows, knows[t]) };
#else
    atomic {
      found = in_slot;
      in_slot = false;
#ifndef RELAXED_TAKE
      ACQUIRE(slot_knows, knows[t])
#endif
    };
#endif
    if
    :: found -> assert(user == NOBODY); user = t; touch(t); is_cached = false
    :: else -> skip
    fi
  :: else -> skip
  fi
}

proctype Owner() {
  byte i;
  byte rounds = 0;
  bool found;
  do
  :: rounds < kRounds ->
    rounds++;
    if
    :: user == 0 ->
      /* The program writes to the object, and frees it; free() looks at the flag. */
      touch(0);
      assert(!is_cached);
      assert(!in_slot);
#ifndef FLAG_AFTER_PUT
      is_cached = true;
      touch(0);
#endif
      atomic {
        user = NOBODY;
        in_slot = true;
#ifdef RELAXED_PUT
        RELAXED_STORE(slot_knows)
#else
        RELEASE_STORE(slot_knows, knows[0])
#endif
      };
#ifdef FLAG_AFTER_PUT
      is_cached = true
#endif
    :: else -> skip
    fi;
    take_from(0);
    if
    :: is_freed && user == NOBODY ->
      /* Allocates it again from the page heap. */
      LOCK(page_lock, 0);
      d_step { is_freed = false; user = 0; knows[0] = true };
      UNLOCK(page_lock, 0)
    :: else -> skip
    fi
  :: else -> break
  od
}

proctype Other(byte t) {
  byte i;
  byte rounds = 0;
  bool found;
  do
  :: rounds < kRounds ->
    rounds++;
    take_from(t);
    if
    :: found ->
      assert(!is_cached);
      touch(t);
      LOCK(page_lock, t);
      d_step { user = NOBODY; is_freed = true };
      UNLOCK(page_lock, t)
    :: else -> skip
    fi
  :: else -> break
  od
}

active proctype Reader() {
  bool found;
#ifndef READER_WITHOUT_LOCK
  LOCK(page_lock, THREADS);
#endif
  found = in_slot;
  /* span->bytes() */
  assert(!found || !is_freed);
#ifndef READER_WITHOUT_LOCK
  UNLOCK(page_lock, THREADS)
#endif
}

init {
  byte t;
  atomic {
    run Owner();
    for (t : 1 .. THREADS - 1) { run Other(t) }
  }
}
