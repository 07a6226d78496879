// The spans that one cache owns: the ones that it holds of each class, and a stock of empty ones.
//
// A cache takes objects from the spans that it holds, and frees objects into them, under no other
// lock than its own. It goes on holding a span that it has emptied, for what its thread frees there
// later, until it holds too many bytes of that class. Then the span that has been full for longest
// goes back to the central list. Of the spans in which all objects are free, the cache keeps one of
// each class. The others become stock, for whatever class needs a span next, and those that exceed
// the stock are surplus, which goes to the page heap.
#pragma once

#include <cstdint>

#include "src/base/list.h"
#include "src/objects/by_span_class.h"
#include "src/objects/central.h"
#include "src/objects/class_cache.h"
#include "src/objects/free_list.h"
#include "src/objects/object_heap.h"
#include "src/objects/span_stock.h"

namespace Atoll::objects {

// Spans that a cache does not keep. They go to the page heap, which may call the system, at the end
// of the scope. If the same scope takes the cache's lock later, it has released that lock by then.
class Surplus {
 public:
  explicit Surplus(ObjectHeap& heap) : heap_(heap) {}
  ~Surplus() {
    if (!spans.empty()) heap_.pages->free(spans);
  }
  Surplus(const Surplus&) = delete;
  Surplus& operator=(const Surplus&) = delete;

  List<Span> spans;

 private:
  ObjectHeap& heap_;
};

// Where free objects go if their cache neither holds their span nor may hold it.
enum class Others : std::uint8_t {
  kFree,    // the central list frees them
  kPassOn,  // the central list keeps them for the next cache that needs some, if it has room
};

// The caller holds the cache's lock, and is the cache's own thread unless a comment says otherwise.
class SpanCache {
 public:
  constexpr SpanCache() = default;

  // `classes` has one zeroed element for each span class, and must outlive this object.
  void init(ClassCache* classes) { classes_ = BySpanClass(classes); }
  // Sets what records of pages say of their holder from now on: a cache's number, or nobody's while
  // objects may not be freed the fast way.
  void set_number(pages::CacheNumber number) { number_ = number; }

  // --- Held spans. ---

  // Takes up to `most` free objects from spans that the cache holds or that the central list has,
  // and returns them in a chain that ends with end_of_list.
  Chain take(ObjectHeap& heap, unsigned span_class, std::int32_t most, Surplus& surplus);
  // Takes one object for a careful cache, which takes each under the central list's lock, and
  // counts it as allocated. Returns null if these spans have none.
  void* take_one(ObjectHeap& heap, unsigned span_class, Surplus& surplus);

  // Holds one more span of the central list that has a free object. Returns false if there is none.
  bool hold(ObjectHeap& heap, unsigned span_class) {
    return heap.centrals[span_class].take(heap, holder(span_class));
  }
  // The same with a new span, just allocated.
  void add(ObjectHeap& heap, unsigned span_class, Span* span) {
    heap.centrals[span_class].add(heap, holder(span_class), span);
  }

  // Frees the objects of a chain, which count as freed already, and returns the successor of the
  // last: end_of_list if one of them was freed twice in a row, and so is its own successor. Objects
  // in spans that the cache holds, or may hold from now on, need no shared lock. The function
  // reports objects that were not in use, and no longer counts them as freed.
  FreeObject* settle(ObjectHeap& heap, unsigned span_class, Chain chain, Others others,
                     Surplus& surplus);

  // For any thread: these give spans back to the central list, either all of a class, or those of
  // all classes that have free objects, including what others freed there, and the stock.
  void give_back_all(ObjectHeap& heap, unsigned span_class, Surplus& surplus);
  void give_back_free(ObjectHeap& heap, Surplus& surplus);

  // --- The stock. ---

  // May be called without the lock; then the stock may have changed since.
  bool has_stock() const { return !stock_.empty(); }
  // Takes a span of exactly `npages`, or returns null.
  Span* take_stock(std::uint64_t npages) { return stock_.take(npages); }
  // Keeps spans without objects, as far as there is room for them.
  void put_in_stock(ObjectHeap& heap, List<Span>& spans, Surplus& surplus);
  // For any thread. Returns false if the stock was empty.
  bool give_back_stock(Surplus& surplus) { return stock_.flush(surplus.spans); }

 private:
  Holder holder(unsigned span_class) {
    const pages::PageRecord record(number_, list_offset(span_class));
    return {classes_[span_class].held, number_.is_nobody() ? pages::PageRecord() : record};
  }
  Span* span_with_objects(ObjectHeap& heap, unsigned span_class, Surplus& surplus);
  bool try_hold(ObjectHeap& heap, unsigned span_class, Span* span, Address address,
                Surplus& surplus);
  bool make_room(ObjectHeap& heap, unsigned span_class, Surplus& surplus);
  void give_back(ObjectHeap& heap, unsigned span_class, Span* span, Surplus& surplus);
  void collect(ObjectHeap& heap, unsigned span_class, Surplus& surplus);

  BySpanClass<ClassCache> classes_;
  pages::CacheNumber number_;
  SpanStock stock_;
};

}  // namespace Atoll::objects
