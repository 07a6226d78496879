/* The start of the process's heap (src/malloc/process_heap.cc): one thread of a process makes it, no
   other uses it before it is made, nobody waits for ever, and that holds in a child, too, that
   was forked during the start, by a thread that has not called yet or by a signal handler of one that waits.

   state_word     `state`: kNone, kReady, or kStarting with the process's number (here 1 and 2)
   process_heap() load(acquire); start_or_wait()
   start_or_wait  by_us = kStarting | process_number(); then the loop: wait, or compare_exchange(acquire)
   start_now()    watch_process(), start(), state.store(kReady, release)
   before_fork()  once watch_process() has run, who forks calls process_heap() first

   A fork copies the memory. A child has one thread, the one that forked. It has the state, what of the heap
   was made, and the place where that thread was (`is_waiting`). The kernel orders the copy, so what
   the child sees of the state it sees of the heap. kFailed ends like kReady, and is left out. */
/* threads: 2 3 */
/* mutants: RELAXED_READY RELAXED_LOOK READY_BEFORE_START START_WITHOUT_EXCHANGE NO_NUMBER NUMBER_ONCE SLOT_KEPT */
#include "memory.pmh"

#define kNone 0
#define kReady 3
#define kParent 1
#define kChild 2

/* By process, 0 and 1. */
byte state_word[2] = kNone;
bool state_knows[2] = true;
bool is_made[2];
bool has_slot[2];    /* take_process_heap_slot() has succeeded */
bool is_watched[2];
bool knows[THREADS + 1] = true; /* of the heap; the last is the child's only thread */
bool has_forked = false;
byte starts[2];

#ifdef NO_NUMBER
#define NUMBER(p) 1
#else
#define NUMBER(p) (p + 1)
#endif

inline start_now(t, p) {
  is_watched[p] = true;
#ifdef READY_BEFORE_START
  state_word[p] = kReady;
#endif
  atomic {
    assert(!has_slot[p]);
    has_slot[p] = true;
    is_made[p] = false
  };
  d_step {
    for (i : 0 .. THREADS - 1) {
      if
      :: p == 0 -> knows[i] = false
      :: else -> skip
      fi
    }
    state_knows[p] = false;
    knows[t] = true;
    is_made[p] = true;
    i = 0
  };
  atomic {
    starts[p]++;
    assert(starts[p] == 1);
    state_word[p] = kReady;
#ifdef RELAXED_READY
    RELAXED_STORE(state_knows[p])
#else
    RELEASE_STORE(state_knows[p], knows[t])
#endif
  }
}

/* Maybe the thread forks: `waits` tells where the child goes on, and `number` its `by_us`. */
inline maybe_fork(can_fork, waits, number) {
  atomic {
    if
    :: p == 0 && !has_forked && (can_fork) ->
      has_forked = true;
      state_word[1] = state_word[0];
      is_made[1] = is_made[0];
      has_slot[1] = has_slot[0];
      is_watched[1] = is_watched[0];
      starts[1] = (state_word[0] == kReady -> 1 : 0);
      run Thread(THREADS, 1, waits, number)
    :: true -> skip
    fi
  }
}

proctype Thread(byte t; byte p; bool is_waiting; byte by_us) {
  byte i;
  byte now;
  if
  :: is_waiting -> goto waiting
  :: else -> skip
  fi;
  /* Maybe this thread forks before it calls; if the process is watched, after it has called. */
  maybe_fork(!is_watched[0], false, 0);
  /* process_heap(), and start_or_wait() */
  atomic { now = state_word[p];
#ifndef RELAXED_LOOK
    ACQUIRE(state_knows[p], knows[t])
#endif
  };
  by_us = NUMBER(p);
  do
  :: now == kReady -> break
  :: now != kReady ->
#ifndef NUMBER_ONCE
    by_us = NUMBER(p);
#endif
    if
    :: now == by_us ->
waiting:
      /* The thread waits: a signal handler may fork here, and nothing waits for the start, as
         process_heap() returns null to it. */
      maybe_fork(true, true, by_us);
      /* yield() and load(acquire), until the state is another one: looking again at the same one changes
         nothing but `by_us`. */
      atomic {
        (state_word[p] != by_us || by_us != NUMBER(p));
        now = state_word[p];
#ifndef RELAXED_LOOK
        ACQUIRE(state_knows[p], knows[t])
#endif
      };
#ifdef NUMBER_ONCE
      /* With a number of the parent it would look for ever. */
      !(now == by_us && by_us != NUMBER(p))
#endif
    :: else ->
      atomic {
        if
#ifdef START_WITHOUT_EXCHANGE
        :: true ->
#else
        :: state_word[p] == now ->
#endif
          state_word[p] = by_us;
          ACQUIRE(state_knows[p], knows[t])
        :: state_word[p] != now ->
          now = state_word[p];
          ACQUIRE(state_knows[p], knows[t]);
          goto again
        fi
      };
#ifndef SLOT_KEPT
      if
      :: now != kNone -> has_slot[p] = false
      :: else -> skip
      fi;
#endif
      start_now(t, p);
      now = kReady
    fi;
again:
    skip
  od;
  /* The program uses the heap. */
  assert(is_made[p] && has_slot[p]);
  assert(knows[t]);
  maybe_fork(true, false, 0)
}

init {
  byte t;
  atomic { for (t : 0 .. THREADS - 1) { run Thread(t, 0, false, 0) } }
}
