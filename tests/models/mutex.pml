/* Mutex (src/base/mutex.h, mutex.cc): threads exclude each other, none sleeps for ever, and each sees
   what the one before wrote.

   lock()            fast: compare_exchange_strong; then lock_slowly()
   lock_slowly()     looks: a load and try_lock(), which the exchange after it covers as well;
                     sleeps: exchange(kContended), park()
   unlock()          exchange(kFree) and, as a step of its own, unpark(1)
   park, unpark      Os::park() compares and falls asleep in one step; unpark() wakes one or none

   is_ending() is left out: then there is one thread. */
/* threads: 2 3 */
/* mutants: RELAXED_UNLOCK RELAXED_FAST_LOCK RELAXED_SLOW_LOCK UNCHECKED_PARK WOKEN_HOLDS NO_UNPARK */
#include "memory.pmh"

#define kFree 0
#define kHeld 1
#define kContended 2
#define kRounds 2

byte word = kFree;
bool word_knows = true;
bool knows[THREADS] = true;
bool asleep[THREADS];
byte inside = 0;

inline touch(t) {
  d_step {
    assert(knows[t]);
    for (i : 0 .. THREADS - 1) { knows[i] = false }
    word_knows = false;
    knows[t] = true;
    i = 0;
  }
}

inline unpark() {
  atomic {
    if
    :: asleep[0] -> asleep[0] = false
    :: asleep[1] -> asleep[1] = false
#if THREADS > 2
    :: asleep[2] -> asleep[2] = false
#endif
    :: else -> skip
    fi
  }
}

proctype Thread(byte t) {
  byte i;
  byte old;
  byte rounds = 0;
  bool has_slept = false;
  do
  :: rounds < kRounds ->
    /* lock() */
    atomic {
      if
      :: word == kFree ->
        word = kHeld;
#ifndef RELAXED_FAST_LOCK
        ACQUIRE(word_knows, knows[t]);
#endif
        goto held
      :: else -> skip
      fi
    }
    /* lock_slowly() */
    do
    :: atomic {
        old = word;
#ifdef WOKEN_HOLDS
        word = (has_slept && old == kFree -> kHeld : kContended);
#else
        word = kContended;
#endif
#ifndef RELAXED_SLOW_LOCK
        ACQUIRE(word_knows, knows[t]);
#endif
      }
      if
      :: old == kFree -> break
      :: else -> skip
      fi;
      /* park(word_, kContended) */
      atomic {
        if
#ifdef UNCHECKED_PARK
        :: true -> asleep[t] = true
#else
        :: word == kContended -> asleep[t] = true
        :: else -> skip
#endif
        fi
      }
      !asleep[t];
      has_slept = true
    od;
held:
    has_slept = false;
    inside++;
    assert(inside == 1);
    touch(t);
    inside--;
    /* unlock() */
    atomic {
      old = word;
      word = kFree;
#ifndef RELAXED_UNLOCK
      RELEASE_EXCHANGE(word_knows, knows[t])
#endif
    }
    if
#ifndef NO_UNPARK
    :: old == kContended -> unpark()
#endif
    :: else -> skip
    fi;
    rounds++
  :: else -> break
  od
}

init {
  byte t;
  atomic { for (t : 0 .. THREADS - 1) { run Thread(t) } }
}
