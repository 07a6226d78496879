/* The end of a thread (src/heap/thread_cache.cc, heap.cc): nobody touches a cache's record or lock once they
   are freed, and the record goes while no span names the cache as its holder.

   attach   Heap::new_cache(), under State::lock: a record and a lock
   hold     Central::take() under the cache's lock and the central list's
   remote   Central::free_one(): the holder's freed_by_others, under the central list's lock
   detach   ThreadExit::run() and Heap::detach(): flush() with give_back_held(), then, under State::lock,
            caches.remove(), cache_locks.free(), cache_records.free()
   trim     Heap::for_each_cache() under State::lock, each cache under its lock
   late     Heap::CacheUse::find_cache() of a thread that has ended: the cache `closed`, under closed_lock

   There is one span; THREADS is the number of the cache `closed`. The numbers of caches that page records name are
   left out: they are compared, never followed. All is under locks, which carry memory (mutex.pml). */
/* threads: 2 3 */
/* mutants: FREED_BEFORE_FLUSH REMOTE_UNLOCKED TRIM_WITHOUT_LIST REMOVED_AFTER_FREE LATE_USES_OWN LATE_UNLOCKED */
#include "memory.pmh"

byte closed_lock = NOBODY;
byte list_lock = NOBODY;
byte central_lock = NOBODY;
byte cache_lock[THREADS + 1] = NOBODY;
bool is_alive[THREADS + 1];
bool is_listed[THREADS + 1];
bool has_freed[THREADS + 1];
byte holder = NOBODY;
bool is_in_use[THREADS + 1]; /* a thread uses the cache as its own */

inline attach(me, its) {
  LOCK(list_lock, me);
  assert(!is_alive[its]);
  is_alive[its] = true;
  is_listed[its] = true;
  UNLOCK(list_lock, me)
}

inline hold(me, its) {
  assert(!is_in_use[its]);
  is_in_use[its] = true;
  assert(is_alive[its]);
  LOCK(cache_lock[its], me);
  LOCK(central_lock, me);
  if
  :: holder == NOBODY -> holder = its
  :: holder == its -> has_freed[its] = false
  :: else -> skip
  fi;
  UNLOCK(central_lock, me);
  UNLOCK(cache_lock[its], me);
  is_in_use[its] = false
}

inline give_back(me, its) {
  assert(is_alive[its]);
  LOCK(cache_lock[its], me);
  assert(is_alive[its]);
  LOCK(central_lock, me);
  if
  :: holder == its -> holder = NOBODY; has_freed[its] = false
  :: else -> skip
  fi;
  UNLOCK(central_lock, me);
  assert(is_alive[its]);
  UNLOCK(cache_lock[its], me)
}

inline remote(me) {
#ifdef REMOTE_UNLOCKED
  u = holder;
  LOCK(central_lock, me);
#else
  LOCK(central_lock, me);
  u = holder;
#endif
  if
  :: u != NOBODY -> assert(is_alive[u]); has_freed[u] = true
  :: else -> skip
  fi;
  u = 0;
  UNLOCK(central_lock, me)
}

inline trim(me) {
#ifndef TRIM_WITHOUT_LIST
  LOCK(list_lock, me);
#endif
  for (u : 0 .. THREADS) {
    if
    :: is_listed[u] -> give_back(me, u)
    :: else -> skip
    fi
  }
  u = 0;
#ifndef TRIM_WITHOUT_LIST
  UNLOCK(list_lock, me)
#endif
}

inline end_record(me) {
  LOCK(list_lock, me);
#ifndef REMOVED_AFTER_FREE
  is_listed[me] = false;
#endif
  assert(cache_lock[me] == NOBODY);
  is_alive[me] = false;
#ifndef REMOVED_AFTER_FREE
  assert(holder != me);
#endif
  UNLOCK(list_lock, me);
#ifdef REMOVED_AFTER_FREE
  is_listed[me] = false
#endif
}

proctype Thread(byte t) {
  byte u = 0;
  attach(t, t);
  if
  :: true -> hold(t, t)
  :: true -> skip
  fi;
  if
  :: true -> remote(t)
  :: true -> trim(t)
  fi;
  /* detach */
#ifdef FREED_BEFORE_FLUSH
  end_record(t);
  give_back(t, t);
#else
  give_back(t, t);
  end_record(t);
#endif
  /* late */
#ifdef LATE_USES_OWN
  hold(t, t);
#else
#ifndef LATE_UNLOCKED
  LOCK(closed_lock, t);
#endif
  if
  :: !is_alive[THREADS] -> attach(t, THREADS)
  :: else -> skip
  fi;
  hold(t, THREADS);
#ifndef LATE_UNLOCKED
  UNLOCK(closed_lock, t);
#endif
#endif
  remote(t)
}

init {
  byte t;
  atomic { for (t : 0 .. THREADS - 1) { run Thread(t) } }
}
