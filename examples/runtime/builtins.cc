#include "examples/runtime/runtime.h"

namespace Lisp {
namespace {

void append(std::string& text, Value value, int levels) {
  // Lists share their parts, so the printed text may be far longer than the heap.
  if (text.size() > Runtime::kMaximumText) return;
  if (value.is(Kind::kSymbol)) value = value[0];
  if (value.is(Kind::kPair) && levels != 0) {
    for (char before = '('; value.is(Kind::kPair); value = value[1], before = ' ') {
      text += before;
      append(text, value[0], levels - 1);
    }
    text += value.is_nil() ? ")" : " ...)";
  } else if (value.is_integer()) {
    text += std::to_string(value.integer());
  } else if (value.is(Kind::kString)) {
    text += value.object()->view();
  } else {
    text += value.is_nil() ? "nil" : "...";
  }
}

// Its values in words, one behind the other, as an object of this kind.
Value text(Runtime& lisp, Values values, Kind kind = Kind::kString) {
  std::string text;
  for (const Value value : values) append(text, value, 100);
  if (text.size() > Runtime::kMaximumText) lisp.fail("text too long");
  return lisp.make(kind, {}, text);
}

// The text is for this moment only, so that it is freed at once, and not by a collection.
Value print(Runtime& lisp, Values values) {
  const Value printed = text(lisp, values);
  lisp.write(printed.object()->view());
  lisp.write("\n");
  lisp.heap().free(printed.object());
  return {};
}

// Of a port that is closed, or has died open. All it needs is in the port, so that the collector
// has nothing to mark for it.
void close(void* port, void* lisp) {
  static_cast<Runtime*>(lisp)->write(static_cast<Object*>(port)->view());
  static_cast<Runtime*>(lisp)->write(" is closed\n");
}

Value open_port(Runtime& lisp, Values values) {
  const Value port = text(lisp, values, Kind::kPort);
  // The smallest objects share blocks, and have no finalizers.
  if (!lisp.heap().set_finalizer(port.object(), close, &lisp)) lisp.fail("a port needs a name");
  return port;
}

Value close_port(Runtime& lisp, Values values) {
  const bool is_port = at(values, 0).is(Kind::kPort);
  if (is_port && lisp.heap().clear_finalizer(values[0].object())) close(values[0].object(), &lisp);
  return {};
}

Value truth(bool value) { return value ? Value::of(1) : Value{}; }
std::int64_t number(Values values, std::size_t i) { return at(values, i).integer(); }
std::int64_t product(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}

// The forms of the evaluator come first, in the order of enum Form.
constexpr Builtin kBuiltins[] = {
    {"quote", nullptr},
    {"if", nullptr},
    {"define", nullptr},
    {"lambda", nullptr},
    {"begin", nullptr},
    {"cons", [](Runtime& lisp, Values v) { return lisp.make(Kind::kPair, {at(v, 0), at(v, 1)}); }},
    {"first", [](Runtime&, Values v) { return first(at(v, 0)); }},
    {"rest", [](Runtime&, Values v) { return rest(at(v, 0)); }},
    {"=", [](Runtime&, Values v) { return truth(at(v, 0) == at(v, 1)); }},
    {"<", [](Runtime&, Values v) { return truth(number(v, 0) < number(v, 1)); }},
    {"+", [](Runtime&, Values v) { return Value::of(number(v, 0) + number(v, 1)); }},
    {"-", [](Runtime&, Values v) { return Value::of(number(v, 0) - number(v, 1)); }},
    {"*", [](Runtime&, Values v) { return Value::of(product(number(v, 0), number(v, 1))); }},
    {"text", [](Runtime& lisp, Values v) { return text(lisp, v); }},
    {"print", print},
    {"open-port", open_port},
    {"close-port", close_port}};

}  // namespace

std::span<const Builtin> builtins() { return kBuiltins; }

const std::string_view kProgram = R"(
(define factorial (lambda (n) (if (< n 2) 1 (* n (factorial (- n 1))))))
(print "20! = " (factorial 20))
(define range (lambda (from to) (if (< from to) (cons from (range (+ from 1) to)))))
(define map (lambda (f list) (if list (cons (f (first list)) (map f (rest list))))))
(print "squares: " (map (lambda (n) (* n n)) (range 0 10)))
(define adder (lambda (n) (lambda (m) (+ n m))))
(print "closures add: " (map (adder 40) (quote (1 2 3))))
(define repeat (lambda (n f) (if (< 0 n) (begin (f n) (repeat (- n 1) f)))))
(repeat 4000 (lambda (n) (define kept (map (lambda (m) (text m " of " n)) (range 0 5)))))
(print "kept of 4000 lists of strings: " kept)
(open-port "a forgotten port")
(close-port (open-port "a port"))
(repeat 4000 (lambda (n) (range 0 5)))
)";

}  // namespace Lisp
