// A thread inside of a heap: in the part of a call that takes locks, builds lists, or asks the
// system for something.
//
// Others may stand in for the system's functions (a preloaded library that watches mmap(), say),
// and these may call the heap in turn, as a signal handler may. Such an inner call finds lists that
// are half changed, and would wait for locks that its own thread holds. So while a thread is
// inside, its list of caches holds `no_cache` for the heap: the fast paths find nothing there, at
// no cost, and the slow ones ask whether they are inner calls. Inner calls get no memory from the
// heap; what they free is put aside, and freed when the thread leaves.
#pragma once

#include <atomic>

#include "os/thread_local.h"
#include "src/heap/thread_cache.h"
#include "src/objects/held_spans.h"

namespace Atoll {

class Heap;
class Entry;

// The entries of the calling thread that have not ended, into whatever heap, the last one first.
extern constinit ATOLL_THREAD_LOCAL Entry* innermost_entry;

class Entry {
 public:
  explicit Entry(Heap& heap);  // here and in heap.h, as every call of the slow path makes one
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

  // Whether the thread was inside before. Then the heap may not be touched.
  bool is_inner() const { return is_inner_; }

  // What the thread's list has for the heap while the thread is not inside.
  ThreadCache* cache() const { return cache_; }
  void set_cache(ThreadCache* cache) { cache_ = cache; }

  // For the time of `call` the thread is not inside, and calls of the heap are as good as any.
  template <typename Call>
  void step_out(Call call) {
    leave();
    call();
    enter();
  }

  // Leaves an object to the calling thread's entry into `heap`, which must be inside. The object
  // has room for a pointer.
  static void put_aside(const Heap& heap, void* object);

  static Entry* innermost() { return of_this_thread(innermost_entry); }

 private:
  static Entry* inside(const Heap& heap);  // null: the calling thread is not

  // A signal handler of this thread must see what was written before, and nothing of what comes
  // after.
  void enter() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    slot_ = const_cast<ThreadCache*>(&no_cache);
    is_inside_ = true;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  void leave() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    is_inside_ = false;
    slot_ = cache_;
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
