/* Handing spans, chains and freed objects from thread to thread (src/objects): two threads never have the
   same object, no freed object is lost, whoever changes a span's bits is alone, and a span goes to the
   page heap only without an object in use.

   refill        Cache::refill(): Central::take_chain(), SpanCache::take()
   take          SpanCache::take() under the cache's lock, with take_next() into alloc_cache; collect(); and
                 Central::take() with hold(), or Central::add() of a new span (Cache::hold_another())
   settle        SpanCache::settle() under the cache's lock: release() into a held span, then note_free(); or
                 Central::try_hold(); or Central::free_chain() with free_one()
   keep          Cache::finish_batch() with Central::keep(): the chain waits for whoever refills
   take_back     Central::take_back(), with collect(), end_hold() and untake(), and place()
   trim          SpanCache::give_back_free(), by any thread, under the cache's lock (and State::lock)

   One span of two objects; a chain is one object. has_several_usable(), make_room() and keep()'s limits, which
   depend on other spans, are either answer. Changes of bits take two steps, between begin_change() and
   end_change(): who is not alone fails an assertion. Locks carry memory (mutex.pml), and what is
   read without the right lock (span.holder in settle(), freed_count in note_free(), freed_by_others in
   span_with_objects()) only decides which lock to take next: the model reads it without the lock, too. So
   sequential consistency is enough: no fence but the locks' is part of this protocol. */
/* threads: 2 3 */
/* mutants: REMOTE_CHANGES_BITS NO_COLLECT NO_UNTAKE TAKE_BACK_WITHOUT_HAS CHAIN_UNLOCKED TRIM_UNLOCKED PLACE_WITHOUT_LOOK */
#include "memory.pmh"

/* Of all threads together: any of them may make several. */
#if THREADS > 2
#define kCalls 4
#else
#define kCalls 6
#endif

mtype = { page_heap, fresh, partial, filled, usable, held_full };
mtype = { in_use, moving, in_span, waiting, chained };

mtype list = held_full; /* the span's */
byte holder = 0;
bool is_set[2] = true;
bool in_cache[2]; /* alloc_cache */
byte taken = 2;   /* taken_count */
mtype where[2] = in_use;
byte freed_count = 0;          /* of objects on the span's freed_by_others */
bool has_freed[THREADS];       /* the span is on that holder's freed_by_others */
byte chain = NOBODY;           /* the object of the chain that is kept */
byte calls = 0;
byte cache_lock[THREADS] = NOBODY;
byte central_lock = NOBODY;
bool is_changing = false;

inline begin_change() { assert(!is_changing); is_changing = true }
inline end_change() { is_changing = false }

/* release() */
inline release(o) {
  begin_change();
  d_step { assert(is_set[o] && !in_cache[o]); is_set[o] = false; taken--; where[o] = in_span };
  end_change()
}

/* place(), of a span that nobody holds */
inline place() {
  d_step {
    assert(holder == NOBODY && freed_count == 0);
#ifdef PLACE_WITHOUT_LOOK
    list = page_heap;
#else
    if
    :: taken == 0 -> list = page_heap
    :: taken == 2 -> list = filled
    :: else -> list = partial
    fi;
#endif
    assert(list != page_heap || (where[0] == in_span && where[1] == in_span && !is_set[0] && !is_set[1]))
  }
}

inline end_hold(whose) {
  assert(holder == whose);
  begin_change();
  d_step {
    holder = NOBODY;
    for (i : 0 .. 1) {
      if
      :: in_cache[i] ->
        in_cache[i] = false;
#ifndef NO_UNTAKE
        is_set[i] = false
#endif
      :: else -> skip
      fi
    }
    i = 0
  };
  end_change()
}

/* collect(): the caller holds the locks of the cache and the central list. */
inline collect(h) {
  if
  :: has_freed[h] ->
    begin_change();
    d_step {
      has_freed[h] = false;
      assert(holder == h);
      for (i : 0 .. 1) {
        if
        :: where[i] == waiting ->
          assert(is_set[i]);
          is_set[i] = false; where[i] = in_span; taken--; freed_count--
        :: else -> skip
        fi
      }
      assert(freed_count == 0);
      i = 0;
      list = usable
    };
    end_change();
    if
    :: taken == 0 -> end_hold(h); place() /* has_several_usable() */
    :: true -> skip
    fi
  :: else -> skip
  fi
}

/* Central::take_back(): the caller holds the lock of the cache h. */
inline take_back(h) {
  LOCK(central_lock, t);
#ifndef NO_COLLECT
  if
  :: freed_count != 0 -> collect(h)
  :: else -> skip
  fi;
#endif
  if
#ifdef TAKE_BACK_WITHOUT_HAS
  :: true ->
#else
  :: holder == h ->
#endif
    end_hold(h);
    place()
  :: else -> skip
  fi;
  UNLOCK(central_lock, t)
}

inline take() {
  LOCK(cache_lock[t], t);
  if
  :: holder == t && list == usable && !in_cache[0] && !in_cache[1] ->
    /* take_next() */
    begin_change();
    d_step {
      for (i : 0 .. 1) { if :: !is_set[i] -> is_set[i] = true; in_cache[i] = true :: else -> skip fi }
      i = 0;
      if :: !in_cache[0] && !in_cache[1] -> list = held_full :: else -> skip fi
    };
    end_change()
  :: holder == t && has_freed[t] && list == held_full ->
    LOCK(central_lock, t);
    collect(t);
    UNLOCK(central_lock, t)
  :: holder != t ->
    LOCK(central_lock, t);
    if
    :: list == partial -> holder = t; list = usable
    :: list == page_heap -> list = fresh; holder = t; list = usable
    :: else -> skip
    fi;
    UNLOCK(central_lock, t)
  :: else -> skip
  fi;
  if
  :: holder == t && (in_cache[0] || in_cache[1]) ->
    begin_change();
    d_step {
      i = (in_cache[0] -> 0 : 1);
      assert(where[i] == in_span && is_set[i]);
      in_cache[i] = false;
      taken++;
      where[i] = in_use;
      i = 0
    };
    end_change()
  :: else -> skip
  fi;
  UNLOCK(cache_lock[t], t)
}

inline free_one(o) {
  if
#ifndef REMOTE_CHANGES_BITS
  :: holder != NOBODY ->
    d_step {
      has_freed[holder] = true;
      where[o] = waiting;
      freed_count++
    }
#endif
  :: else ->
    release(o);
    if
    :: holder == NOBODY -> place()
    :: else -> skip
    fi
  fi
}

inline settle(o) {
  LOCK(cache_lock[t], t);
  is_mine = holder == t;
  if
  :: !is_mine -> /* try_hold(), perhaps after make_room() */
    LOCK(central_lock, t);
    if
    :: holder == NOBODY && taken > 1 ->
      assert(list == filled || list == partial);
      list = (list == filled -> held_full : usable);
      holder = t;
      is_mine = true
    :: true -> skip
    fi;
    UNLOCK(central_lock, t)
  :: else -> skip
  fi;
  if
  :: is_mine ->
    release(o);
    if
    :: list == held_full -> list = usable
    :: else -> skip
    fi;
    /* note_free() */
    if
    :: taken == freed_count -> take_back(t)
    :: true -> skip
    fi
  :: else ->
    LOCK(central_lock, t);
    free_one(o);
    UNLOCK(central_lock, t)
  fi;
  UNLOCK(cache_lock[t], t)
}

proctype Thread(byte t) {
  byte i;
  byte o;
  byte u;
  bool is_mine;
  do
  :: atomic { calls < kCalls -> calls++ };
    if
    :: true -> /* refill */
      if
      :: chain != NOBODY ->
#ifndef CHAIN_UNLOCKED
        LOCK(central_lock, t);
#endif
        o = chain;
        if
        :: o != NOBODY -> assert(where[o] == chained); where[o] = in_use; chain = NOBODY
        :: else -> skip
        fi;
#ifndef CHAIN_UNLOCKED
        UNLOCK(central_lock, t)
#endif
      :: else -> take()
      fi
    :: true -> /* The program frees an object, whoever allocated it. */
      atomic {
        if
        :: where[0] == in_use -> o = 0; where[0] = moving
        :: where[1] == in_use -> o = 1; where[1] = moving
        :: else -> goto next
        fi
      };
      if
      :: settle(o)
      :: LOCK(central_lock, t);
        if
        :: chain == NOBODY -> chain = o; where[o] = chained
        :: else -> free_one(o)
        fi;
        UNLOCK(central_lock, t)
      fi
    :: true -> /* trim, of any cache */
      if
      :: u = 0
      :: u = 1
#if THREADS > 2
      :: u = 2
#endif
      fi;
#ifndef TRIM_UNLOCKED
      LOCK(cache_lock[u], t);
#endif
      if
      :: holder == u && has_freed[u] -> LOCK(central_lock, t); collect(u); UNLOCK(central_lock, t)
      :: else -> skip
      fi;
      if
      :: holder == u && (list == usable || list == held_full) -> take_back(u)
      :: else -> skip
      fi;
#ifndef TRIM_UNLOCKED
      UNLOCK(cache_lock[u], t)
#endif
    fi;
next:
    skip;
    d_step { o = 0; u = 0; is_mine = false }
  :: calls == kCalls -> break
  od
}

/* What each object's place says of its bit, and the count of the bits, once all threads are done. */
init {
  byte t;
  byte count = 0;
  atomic { for (t : 0 .. THREADS - 1) { run Thread(t) } }
  _nr_pr == 1;
  d_step {
    for (t : 0 .. 1) {
      assert(where[t] != moving);
      assert(is_set[t] == (where[t] != in_span || in_cache[t]));
      count = count + (is_set[t] && !in_cache[t] -> 1 : 0)
    }
    assert(count == taken);
    assert((holder != NOBODY) == (list == usable || list == held_full));
    assert(holder != NOBODY || freed_count == 0);
    assert(holder == NOBODY || has_freed[holder] == (freed_count != 0));
    assert(list != partial || (taken == 1));
    assert(list != filled || taken == 2);
    assert(list != page_heap || taken == 0)
  }
}
