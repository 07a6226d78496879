// The example of a language runtime: the output of programs, and the objects that they leave.
#include "examples/runtime/runtime.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>

namespace Lisp {
namespace {

class RuntimeTest : public testing::Test {
 public:
  RuntimeTest() {
    EXPECT_EQ(heap_.init(Atoll::os::native()).view(), "");
    lisp_.emplace(heap_, [this](std::string_view text) { write(text); });
  }

  // After every test all is gone, with the runtime.
  ~RuntimeTest() override {
    lisp_.reset();
    EXPECT_EQ(heap_.check().view(), "");
    const Atoll::Statistics statistics = heap_.statistics();
    EXPECT_EQ(statistics.heap_objects, 0);
    EXPECT_EQ(statistics.heap_alloc, 0);
  }

 protected:
  void write(std::string_view text) {
    output_ += text;
    most_in_use_ = std::max(most_in_use_, heap_.statistics().heap_in_use);
  }

  std::string output_of(std::string_view program) {
    output_.clear();
    EXPECT_TRUE(lisp_->run(program)) << lisp_->error();
    return output_;
  }

  std::string error_of(std::string_view program) {
    EXPECT_FALSE(lisp_->run(program));
    return lisp_->error();
  }

  static constexpr std::string_view kLists = R"(
    (define range (lambda (from to) (if (< from to) (cons from (range (+ from 1) to)))))
    (define map (lambda (f list) (if list (cons (f (first list)) (map f (rest list))))))
    (define repeat (lambda (n f) (if (< 0 n) (begin (f n) (repeat (- n 1) f)))))
    (define waste (lambda (n) (repeat n (lambda (m) (range 0 20))))))";

  Atoll::Heap heap_;
  std::optional<Runtime> lisp_;
  std::string output_;
  std::uint64_t most_in_use_ = 0;
};

TEST_F(RuntimeTest, NumbersAreTheSameOnEveryTarget) {
  EXPECT_EQ(output_of("(define f (lambda (n) (if (< n 2) 1 (* n (f (- n 1)))))) (print (f 20))"),
            "2432902008176640000\n");
  EXPECT_EQ(output_of("(print (- 0 7) (quote space) (< -1 1) (< 1 -1) (= 3 3) (= 3 4))"),
            "-7space1nil1nil\n");
  EXPECT_EQ(output_of("(print (+ 4611686018427387903 1))"), "-4611686018427387904\n");
}

TEST_F(RuntimeTest, ListsArePrintedAsTheyAreWritten) {
  EXPECT_EQ(output_of("(print (quote (1 (a \"b c\") nil ())))"), "(1 (a b c) nil nil)\n");
  EXPECT_EQ(output_of("(print (cons 1 2) (first (cons 3 4)) (rest (cons 3 4)))"), "(1 ...)34\n");
  output_of(kLists);
  EXPECT_EQ(output_of("(print (map (lambda (n) (* n n)) (range 0 8)))"), "(0 1 4 9 16 25 36 49)\n");
}

TEST_F(RuntimeTest, ClosuresKeepWhatTheyWereMadeWith) {
  EXPECT_EQ(output_of("(define adder (lambda (n) (lambda (m) (+ n m)))) (define n 7)"
                      "(define a (adder 40)) (define b (adder 100)) (print (a 2) (quote -) (b n))"),
            "42-107\n");
}

TEST_F(RuntimeTest, ALoopByRecursionTakesNoRoomOnTheStack) {
  // As frames, these would be more values than a stack may have.
  EXPECT_EQ(output_of("(define loop (lambda (n sum) (if (= n 0) sum (loop (- n 1) (+ sum n)))))"
                      "(print (loop 50000 0))"),
            "1250025000\n");
  EXPECT_LT(heap_.statistics().stack_in_use, 128 << 10);
}

TEST_F(RuntimeTest, TextIsBuiltStepByStep) {
  EXPECT_EQ(output_of("(define grow (lambda (n s) (if (= n 0) s (grow (- n 1) (text s n \" \")))))"
                      "(print (grow 12 \"\"))"),
            "12 11 10 9 8 7 6 5 4 3 2 1 \n");
}

TEST_F(RuntimeTest, TheBuiltInProgramShowsItAll) {
  EXPECT_EQ(output_of(kProgram).substr(0, 202),
            "20! = 2432902008176640000\n"
            "squares: (0 1 4 9 16 25 36 49 64 81)\n"
            "closures add: (41 42 43)\n"
            "kept of 4000 lists of strings: (0 of 1 1 of 1 2 of 1 3 of 1 4 of 1)\n"
            "a port is closed\n"
            "a forgotten port is closed\n");
  EXPECT_GT(lisp_->collections(), 10);
}

TEST_F(RuntimeTest, TheHeapStaysSmallWhileManyTimesAsMuchIsAllocated) {
  output_of(kLists);
  output_of("(repeat 30 (lambda (n) (begin (waste 100) (print n))))");
  const Atoll::Statistics statistics = heap_.statistics();
  EXPECT_GT(lisp_->collections(), 20);
  EXPECT_GT(statistics.total_alloc, 20 * Runtime::kFirstThreshold);
  EXPECT_LT(most_in_use_, 3 * Runtime::kFirstThreshold);
  EXPECT_EQ(heap_.check().view(), "");
}

TEST_F(RuntimeTest, WhatIsReachableSurvivesCollections) {
  output_of(kLists);
  output_of("(define kept (map (lambda (n) (lambda () (text \"item \" n))) (range 0 100)))");
  const std::string before = output_of("(print (map (lambda (f) (f)) kept))");
  const std::uint64_t collections = lisp_->collections();
  output_of("(waste 300)");
  EXPECT_GT(lisp_->collections(), collections);
  EXPECT_EQ(output_of("(print (map (lambda (f) (f)) kept))"), before);
  EXPECT_EQ(before.substr(before.size() - 18), " item 98 item 99)\n");
}

TEST_F(RuntimeTest, PrintedTextIsFreedWithoutACollection) {
  output_of(kLists);
  const std::uint64_t before = heap_.statistics().frees;
  output_of("(repeat 50 (lambda (n) (print \"more text than a tiny object holds \" n)))");
  EXPECT_EQ(lisp_->collections(), 0);
  EXPECT_EQ(heap_.statistics().frees - before, 50);
}

TEST_F(RuntimeTest, APortIsClosedOnceByItsProgramOrByACollection) {
  output_of(kLists);
  EXPECT_EQ(output_of("(define kept (open-port \"kept\")) (define p (open-port \"closed\"))"
                      "(close-port p) (close-port p) (close-port 1) (close-port)"),
            "closed is closed\n");
  EXPECT_EQ(output_of("(open-port \"forgotten\") (waste 300) (print \"end\")"),
            "forgotten is closed\nend\n");
  EXPECT_EQ(output_of("(waste 300)"), "");
  output_.clear();
  lisp_.reset();
  EXPECT_EQ(output_, "kept is closed\n");
}

TEST_F(RuntimeTest, DeepRecursionIsAnErrorAndTheNextProgramRuns) {
  const std::string_view deep = "(define deep (lambda (n) (if (= n 0) 0 (+ 1 (deep (- n 1))))))";
  EXPECT_EQ(output_of(std::string(deep) + "(print (deep 10000))"), "10000\n");
  EXPECT_EQ(error_of("(deep -1)"), "stack overflow");
  EXPECT_EQ(error_of(std::string(200, '(')), "lists too deep");
  EXPECT_EQ(output_of("(print (deep 10000))"), "10000\n");
}

TEST_F(RuntimeTest, TooMuchTextOrTooManyObjectsAreErrors) {
  output_of(
      "(define twice (lambda (n s) (if (= n 0) s (twice (- n 1) (text s s)))))"
      "(define big (twice 19 \"x\"))"
      "(define fill (lambda (list) (fill (cons (text big) list))))"
      "(define double (lambda (list) (double (cons list list))))");
  EXPECT_EQ(error_of("(twice 4 big)"), "text too long");
  EXPECT_EQ(error_of("(fill nil)"), "out of memory");
  EXPECT_EQ(
      error_of("(define share (lambda (n l) (if (= n 0) (print l) (share (- n 1) (cons l l)))))"
               "(share 60 1)"),
      "text too long");
  EXPECT_EQ(output_of("(print \"still here\")"), "still here\n");
}

TEST_F(RuntimeTest, MalformedProgramsAreErrorsOrNil) {
  EXPECT_EQ(error_of("(print nothing)"), "unbound: nothing");
  EXPECT_EQ(error_of("(1 2)"), "not a function");
  EXPECT_EQ(error_of("((first (cons print nil) 1) quote) (if)(quote)(lambda)(begin) (nil)"),
            "not a function");
  EXPECT_EQ(error_of("(print \"a"), "the end of a string is missing");
  EXPECT_EQ(error_of("(print 1"), "the end of a list is missing");
  EXPECT_EQ(error_of(")"), "a bracket too many");
  EXPECT_EQ(error_of("(open-port)"), "a port needs a name");
  EXPECT_EQ(output_of("(print ((lambda (a b) b) 1) (first 1) (rest) (+ nil print) (define 1 2)"
                      "((lambda ())) ((lambda (a) a) 1 2))"),
            "nilnilnil02nil1\n");
  EXPECT_EQ(output_of("(print (if) (quote) (begin) print (lambda))"), "nilnilnil......\n");
}

}  // namespace
}  // namespace Lisp
