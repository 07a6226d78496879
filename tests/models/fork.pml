/* The order of locks, and fork (src/heap/fork.cc): no order of calls blocks all threads, and a fork finds
   each lock free or its own, so that the child can go on.

   work   a call, with the cache's lock, then the central list's, then the page heap's
   attach Heap::new_cache(): State::lock, and within it the central list's
   detach Heap::detach(): flush(), then State::lock
   trim   Heap::give_back_unused(): State::lock, each cache's lock, the central list's
   late   Heap::CacheUse::find_cache(): closed_lock, and all that a call takes
   fork   Heap::before_fork(): fork_lock, closed_lock, State::lock, visit_locks(); the copy; unlock_all()
   A thread that counts its lists holds the cache's lock alone, and a signal handler may fork it there: then
   State::interrupted is its own cache, which visit_locks() leaves out.

   HANDLER_WAITS is what the code does, and a fault of it that is known: while that handler waits for the first
   three locks it holds its cache's lock, for which a thread with State::lock may wait, in a trim or a fork.
   Without HANDLER_WAITS the handler gets the three at once or does not fork there.

   One central list stands for all, since they are visited in one order and nobody holds two; so do the pages'
   lock for those behind it (stacks, specials, tables, memory), which every thread takes in the order
   of visit_locks(). Locks alone are the protocol here; Mutex carries the memory (mutex.pml). */
/* threads: 2 3 */
/* mutants: CENTRAL_FIRST PAGES_FORGOTTEN CLOSED_LAST LIST_UNLOCKED INTERRUPTED_LOCKS NO_FORK_LOCK */
/* faults: HANDLER_WAITS */
#include "memory.pmh"

#define kRounds 2

byte fork_lock = NOBODY;
byte closed_lock = NOBODY;
byte list_lock = NOBODY;
byte cache_lock[THREADS + 1] = NOBODY; /* the last is the cache that ending threads share */
bool is_listed[THREADS + 1];
byte central_lock = NOBODY;
byte page_lock = NOBODY;
bool is_copying = false; /* fork_entry and interrupted are in use */

inline pages(t) { LOCK(page_lock, t); UNLOCK(page_lock, t) }
inline central(t) {
  LOCK(central_lock, t);
  UNLOCK(central_lock, t)
}
inline use(me, its) {
  LOCK(cache_lock[its], me);
  central(me);
  UNLOCK(cache_lock[its], me);
  pages(me)
}

/* Nobody else holds anything at the fork. */
#define FREE(lock) (lock == NOBODY || lock == t)
#define FREE_CACHE(c) (!is_listed[c] || FREE(cache_lock[c]))

inline do_fork(t, is_in_count) {
  byte interrupted = NOBODY;
#ifndef HANDLER_WAITS
  if
  :: is_in_count -> goto has_list
  :: else -> skip
  fi;
#endif
#ifndef NO_FORK_LOCK
  LOCK(fork_lock, t);
#endif
  assert(!is_copying);
  is_copying = true;
#ifndef CLOSED_LAST
  LOCK(closed_lock, t);
#endif
#ifndef LIST_UNLOCKED
  LOCK(list_lock, t);
#endif
#ifdef CLOSED_LAST
  LOCK(closed_lock, t);
#endif
has_list:
#ifndef INTERRUPTED_LOCKS
  /* try_lock() */
  atomic {
    if
    :: cache_lock[t] != NOBODY -> interrupted = t
    :: else -> skip
    fi
  };
#endif
#ifdef CENTRAL_FIRST
  LOCK(central_lock, t);
#endif
  for (c : 0 .. THREADS) {
    if
    :: is_listed[c] && c != interrupted -> LOCK(cache_lock[c], t); mine[c] = true
    :: else -> skip
    fi
  }
#ifndef CENTRAL_FIRST
  LOCK(central_lock, t);
#endif
#ifndef PAGES_FORGOTTEN
  LOCK(page_lock, t);
#endif
  d_step {
    /* The copy: the child's only thread is t. */
    assert(FREE(closed_lock) && FREE(list_lock) && FREE(central_lock) && FREE(page_lock));
    assert(FREE_CACHE(0) && FREE_CACHE(1) && FREE_CACHE(2) && FREE_CACHE(THREADS));
    assert(!is_in_count || cache_lock[t] == t)
  };
  for (c : 0 .. THREADS) {
    if
    :: mine[c] -> UNLOCK(cache_lock[c], t); mine[c] = false
    :: else -> skip
    fi
  }
  UNLOCK(central_lock, t);
#ifndef PAGES_FORGOTTEN
  UNLOCK(page_lock, t);
#endif
#ifndef LIST_UNLOCKED
  UNLOCK(list_lock, t);
#endif
  UNLOCK(closed_lock, t);
  is_copying = false;
#ifndef NO_FORK_LOCK
  UNLOCK(fork_lock, t)
#endif
}

inline attach(me, new) {
  LOCK(list_lock, me);
  central(me);
  is_listed[new] = true;
  UNLOCK(list_lock, me)
}

proctype Thread(byte t) {
  byte c;
  bool mine[THREADS + 1];
  byte rounds = 0;
  attach(t, t);
  do
  :: rounds < kRounds ->
    rounds++;
    if
    :: use(t, t)
    :: /* count() */
      LOCK(cache_lock[t], t);
      if
#ifdef HANDLER_WAITS
      :: t == 0 -> do_fork(t, true)
#else
      :: atomic {
          t == 0 && fork_lock == NOBODY && closed_lock == NOBODY && list_lock == NOBODY;
          fork_lock = t;
          closed_lock = t;
          list_lock = t
        };
        do_fork(t, true)
#endif
      :: true -> skip
      fi;
      UNLOCK(cache_lock[t], t)
    :: /* trim */
      LOCK(list_lock, t);
      for (c : 0 .. THREADS) {
        if
        :: is_listed[c] -> LOCK(cache_lock[c], t); central(t); UNLOCK(cache_lock[c], t)
        :: else -> skip
        fi
      }
      UNLOCK(list_lock, t);
      pages(t)
    :: t < 2 -> do_fork(t, false)
    fi
  :: else -> break
  od;
  /* detach */
  use(t, t);
  LOCK(list_lock, t);
  is_listed[t] = false;
  UNLOCK(list_lock, t);
  /* late: by another exit function of the thread */
  LOCK(closed_lock, t);
  if
  :: !is_listed[THREADS] -> attach(t, THREADS)
  :: else -> skip
  fi;
  use(t, THREADS);
  UNLOCK(closed_lock, t)
}

init {
  byte t;
  atomic { for (t : 0 .. THREADS - 1) { run Thread(t) } }
}
