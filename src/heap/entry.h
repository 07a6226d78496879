// A thread is inside of a heap during the part of a call that takes locks, builds lists, or calls
// the system.
//
// Other code may stand in for the system's functions (for example a preloaded library that watches
// mmap()) and may call the heap in turn; so may a signal handler. Such an inner call would find
// lists that are half changed, and would wait for locks that its own thread holds. So while a
// thread is inside, its list of caches has `no_cache` for the heap: the fast paths find nothing
// there, at no cost, and the slow ones check whether they are inner calls. An inner call gets no
// memory from the heap. The heap puts aside what it frees, and frees that when the thread leaves.
#pragma once

#include <atomic>

#include "os/thread_local.h"
#include "src/heap/thread_cache.h"
#include "src/objects/held_spans.h"

namespace Atoll {

class Heap;
class Entry;

// The calling thread's latest entry that has not ended, into any heap. `outer_` links to the one
// before.
extern constinit ATOLL_THREAD_LOCAL Entry* innermost_entry;

class Entry {
 public:
  explicit Entry(Heap& heap);  // inline, in heap.h, because every slow call makes one
  ~Entry() {
    if (is_inner_) return;
    leave();
    if (aside_ != nullptr) [[unlikely]]
      free_aside();
    of_this_thread(innermost_entry) = outer_;
  }
  Entry(const Entry&) = delete;
  Entry& operator=(const Entry&) = delete;

  // Whether the calling thread is inside of `heap`.
  static bool is_inside(const Heap& heap) { return inside(heap) != nullptr; }

  // Whether the thread was inside before. Then the caller must not touch the heap.
  bool is_inner() const { return is_inner_; }

  // The thread's cache for the heap: the entry of its list while it is not inside.
  ThreadCache* cache() const { return cache_; }
  void set_cache(ThreadCache* cache) { cache_ = cache; }

  // Calls `call` while the thread is not inside, so that calls of the heap are not inner calls.
  template <typename Call>
  void step_out(Call call) {
    leave();
    call();
    enter();
  }

  // Leaves an object to the calling thread's entry into `heap`; the thread must be inside. The
  // object must have room for a pointer.
  static void put_aside(const Heap& heap, void* object);

  static Entry* innermost() { return of_this_thread(innermost_entry); }

 private:
  static Entry* inside(const Heap& heap);  // null: the calling thread is not

  // The fences are for a signal handler of this thread: it must see all earlier writes and no later
  // ones. Whenever the list has `no_cache`, the thread is inside: a handler that forks and found
  // neither the cache nor the entry would take the cache for another thread's.
  void enter() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    is_inside_ = true;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    slot_ = const_cast<ThreadCache*>(&no_cache);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  void leave() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    slot_ = cache_;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    is_inside_ = false;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  void free_aside();

  Heap& heap_;
  ThreadCache*& slot_;
  ThreadCache* cache_;
  Entry* outer_;
  objects::FreeObject* aside_ = nullptr;
  bool is_inner_;
  bool is_inside_ = false;
};

}  // namespace Atoll
