// The spans that one cache owns: of each class those that it holds, and a stock of empty ones.
//
// A cache takes objects from the spans that it holds, and frees objects into them, under no other
// lock than its own. It goes on holding a span that it has emptied, for what its thread frees there
// later, until too many bytes of that class are held. Then the span that has been full for longest
// goes back to the central list. Of spans in which all objects are free, one of each class stays;
// the others become stock, for whatever class needs a span next, and what is too much for the stock
// is surplus, which the page heap gets.
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

// Spans that a cache does not keep. They go to the page heap, which may ask the system, at the end
// of the scope: when the cache's lock is not held any more, if that was taken in the same scope.
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

// What becomes of free objects in spans that their cache neither holds nor may hold.
enum class Others : std::uint8_t {
  kFree,    // the central list frees them
  kPassOn,  // the central list keeps them for the next cache that needs some, if it has room
};

// Everything is done under the cache's lock, by its own thread unless something else is said.
class SpanCache {
 public:
  constexpr SpanCache() = default;

  // `classes`, of all span classes, are zero, and outlive this.
  void init(ClassCache* classes) { classes_ = BySpanClass(classes); }
  // What records of pages tell of their holder from now on: a cache's number, or nobody's while
  // objects may not be freed the fast way.
  void set_number(pages::CacheNumber number) { number_ = number; }

  // --- Spans that are held. ---

  // Up to `most` free objects, in a chain that ends with end_of_list, from spans that are held or
  // that the central list has.
  Chain take(ObjectHeap& heap, unsigned span_class, std::int32_t most, Surplus& surplus);
  // One object of a careful cache, which takes each under the central list's lock, and counts it as
  // allocated. Null: the same spans have none.
  void* take_one(ObjectHeap& heap, unsigned span_class, Surplus& surplus);

  // Holds one more span that the central list has, with a free object. False: it has none.
  bool hold(ObjectHeap& heap, unsigned span_class) {
    return heap.centrals[span_class].take(heap, holder(span_class));
  }
  // The same with a new span, just allocated.
  void add(ObjectHeap& heap, unsigned span_class, Span* span) {
    heap.centrals[span_class].add(heap, holder(span_class), span);
  }

  // Frees the objects of a chain, which were counted as freed, and returns what follows the last:
  // end_of_list if one of them was freed twice in a row, and so is its own successor. What lies in
  // a span that is held, or may be held from now on, needs no lock that others want. What was no
  // object in use is reported, and is not counted as freed any more.
  FreeObject* settle(ObjectHeap& heap, unsigned span_class, Chain chain, Others others,
                     Surplus& surplus);

  // For any thread: gives spans back to the central list, all of a class, or those of all classes
  // with free objects, what others freed in them included, and the stock.
  void give_back_all(ObjectHeap& heap, unsigned span_class, Surplus& surplus);
  void give_back_free(ObjectHeap& heap, Surplus& surplus);

  // --- The stock. ---

  // Also without the lock: then it may have changed since.
  bool has_stock() const { return !stock_.empty(); }
  // A span of exactly `npages`, or null.
  Span* take_stock(std::uint64_t npages) { return stock_.take(npages); }
  // Keeps spans without objects, as far as there is room for them.
  void put_in_stock(ObjectHeap& heap, List<Span>& spans, Surplus& surplus);
  // For any thread. False: there was none.
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
