// Makes many calls in random order, and compares with a model that is too simple to be wrong.
#include <cstdlib>
#include <optional>
#include <random>
#include <string>

#include "tests/os/conformance.h"

namespace Atoll::os::test {
namespace {

enum class PageState { kGone, kReserved, kPrepared, kReady };

struct Page {
  PageState state = PageState::kReserved;
  std::uint8_t byte = 0;    // the contents of its samples
  bool may_be_zero = true;  // or each byte may be zero instead
};

struct Reservation {
  Address base;
  std::vector<Page> pages;
};

// A half-open range of pages of one reservation.
struct Pages {
  std::size_t reservation;
  std::size_t first;
  std::size_t count;
};

class ModelTest : public Conformance {
 protected:
  ModelTest() { samples_every_page = true; }

  static constexpr std::size_t kReservations = 12;
  static constexpr std::size_t kPagesEach = 24;

  std::size_t below(std::size_t n) { return static_cast<std::size_t>(random_() % n); }

  Range range_of(Pages p) const {
    return {reservations_[p.reservation].base + p.first * page(), p.count * page()};
  }
  Page& page_at(Pages p, std::size_t i) { return reservations_[p.reservation].pages[p.first + i]; }

  // Picks adjacent pages of a random reservation, all in one of two states. Empty: try again.
  Pages pick(PageState one, PageState other) {
    if (reservations_.empty()) return {0, 0, 0};
    const std::size_t reservation = below(reservations_.size());
    const std::vector<Page>& pages = reservations_[reservation].pages;
    const std::size_t first = below(pages.size());
    const std::size_t most = 1 + below(pages.size() - first);
    std::size_t count = 0;
    while (count < most &&
           (pages[first + count].state == one || pages[first + count].state == other)) {
      ++count;
    }
    return {reservation, first, count};
  }

  void add(const Allocation& allocation, std::size_t pages, PageState state) {
    ASSERT_TRUE(allocation.ok());
    const Range range{allocation.base, pages * page()};
    for (const Reservation& other : reservations_) {
      for (std::size_t i = 0; i < other.pages.size(); ++i) {
        if (other.pages[i].state == PageState::kGone) continue;
        ASSERT_FALSE(range.overlaps({other.base + i * page(), page()}));
      }
    }
    reservations_.push_back({allocation.base, std::vector<Page>(pages, Page{state, 0, true})});
  }

  void set(Pages p, PageState state) {
    for (std::size_t i = 0; i < p.count; ++i) page_at(p, i).state = state;
  }

  void forget_if_gone(std::size_t reservation) {
    for (const Page& one : reservations_[reservation].pages) {
      if (one.state != PageState::kGone) return;
    }
    reservations_[reservation] = reservations_.back();
    reservations_.pop_back();
  }

  void give_back(Pages p, PageState only) {
    if (p.count == 0) return;
    const bool whole = p.count == reservations_[p.reservation].pages.size();
    const Range range = range_of(p);
    const Status status = only == PageState::kReserved ? os.release(range.base, range.size)
                                                       : os.free(range.base, range.size);
    ASSERT_EQ(status.ok(), whole || machine.releases_parts);
    if (!status.ok()) return;
    set(p, PageState::kGone);
    forget_if_gone(p.reservation);
  }

  void check(Pages p) {
    for (std::size_t i = 0; i < p.count; ++i) {
      const Page& one = page_at(p, i);
      const Range range = range_of({p.reservation, p.first + i, 1});
      if (one.state == PageState::kReady) {
        ASSERT_TRUE(one.may_be_zero ? holds_or_is_zero(range, one.byte) : holds(range, one.byte));
      } else if (one.state == PageState::kReserved && machine.can_protect) {
        ASSERT_TRUE(faults(range));
      }
    }
  }

  // Picks all of a reservation, if every page still exists.
  Pages whole() {
    if (reservations_.empty()) return {0, 0, 0};
    const std::size_t i = below(reservations_.size());
    for (const Page& one : reservations_[i].pages) {
      if (one.state == PageState::kGone) return {i, 0, 0};
    }
    return {i, 0, reservations_[i].pages.size()};
  }

  // Pages that are Ready and written must count; others may count or not.
  void ask(Pages p) {
    const Range range = range_of(p);
    const std::optional<std::uint64_t> told = os.resident(range.base, range.size);
    if (!told.has_value()) return;
    std::uint64_t least = 0;
    for (std::size_t i = 0; i < p.count; ++i) {
      const Page& one = page_at(p, i);
      least += one.state == PageState::kReady && !one.may_be_zero ? page() : 0;
    }
    ASSERT_GE(*told, least);
    ASSERT_LE(*told, range.size);
  }

  void wish(Pages p) {
    const Range range = range_of(p);
    const HugePages wish = below(2) == 0 ? HugePages::kWanted : HugePages::kUnwanted;
    const Failure failure = os.wish_huge_pages(range.base, range.size, wish).failure;
    ASSERT_TRUE(failure == Failure::kNone || failure == Failure::kUnsupported);
  }

  void step();

  std::mt19937_64 random_;
  std::vector<Reservation> reservations_;
};

void ModelTest::step() {
  constexpr PageState kReserved = PageState::kReserved;
  constexpr PageState kPrepared = PageState::kPrepared;
  constexpr PageState kReady = PageState::kReady;
  const std::size_t pages = 1 + below(kPagesEach);
  const bool has_room = reservations_.size() < kReservations;
  switch (below(19)) {
    case 0:
      if (has_room) add(os.reserve(Address(), pages * page()), pages, kReserved);
      break;
    case 1:
      if (has_room && !reservations_.empty() && !machine.linear_only) {
        // A hint near other memory, where the place is taken, free, or half of each.
        const Address near = reservations_[below(reservations_.size())].base;
        const Address hint = near.aligned_down(unit()) + below(8) * unit();
        add(os.reserve(hint, pages * page()), pages, kReserved);
      }
      break;
    case 2:
      if (has_room) add(os.alloc(pages * page()), pages, kReady);
      break;
    case 3:
    case 4:
      if (const Pages p = pick(kReserved, kReserved); p.count != 0) {
        ASSERT_TRUE(map(range_of(p)));
        for (std::size_t i = 0; i < p.count; ++i) page_at(p, i) = Page{kPrepared, 0, true};
      }
      break;
    case 5:
    case 6:
    case 7:
      if (const Pages p = pick(kPrepared, kReady); p.count != 0) {
        ASSERT_TRUE(used(range_of(p)));
        set(p, kReady);
        check(p);
      }
      break;
    case 8:
    case 9:
      if (const Pages p = pick(kPrepared, kReady); p.count != 0) {
        ASSERT_TRUE(unused(range_of(p)));
        for (std::size_t i = 0; i < p.count; ++i) {
          page_at(p, i).may_be_zero = true;
          if (os.decommit_zeroes()) page_at(p, i).byte = 0;
        }
        set(p, kPrepared);
      }
      break;
    case 10:
      if (const Pages p = pick(kPrepared, kReady); p.count != 0) {
        const Range range = range_of(p);
        const Status status = os.fault(range.base, range.size);
        ASSERT_EQ(status.ok(), machine.can_protect);
        if (status.ok()) set(p, kReserved);
      }
      break;
    case 11:
    case 12:
      if (const Pages p = pick(kReady, kReady); p.count != 0) {
        const auto byte = static_cast<std::uint8_t>(1 + below(255));
        fill(range_of(p), byte);
        for (std::size_t i = 0; i < p.count; ++i) page_at(p, i) = Page{kReady, byte, false};
      }
      break;
    case 13:
      if (!has_room || below(4) == 0) give_back(whole(), kReady);
      break;
    case 14:
      if (below(4) == 0) give_back(pick(kReserved, kReserved), kReserved);
      break;
    case 15:
    case 16:
      if (const Pages p = pick(kPrepared, kReady); p.count != 0) ask(p);
      break;
    case 17:
      if (const Pages p = pick(kPrepared, kReady); p.count != 0) wish(p);
      break;
    default:
      if (!reservations_.empty()) {
        const std::size_t i = below(reservations_.size());
        check({i, 0, reservations_[i].pages.size()});
      }
      break;
  }
}

// ATOLL_TEST_SEED repeats a run.
TEST_P(ModelTest, RandomCallsDoWhatTheModelDoes) {
  const char* const given = std::getenv("ATOLL_TEST_SEED");
  const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 0) : os.random_seed();
  SCOPED_TRACE(::testing::Message() << "ATOLL_TEST_SEED=" << seed);
  RecordProperty("seed", std::to_string(seed));
  random_.seed(seed);
  for (int i = 0; i < GetParam().random_calls; ++i) {
    ASSERT_NO_FATAL_FAILURE(step()) << "step " << i;
    if (HasFailure()) return;
  }
  while (!reservations_.empty()) {
    const std::size_t i = reservations_.size() - 1;
    for (std::size_t first = 0; first < reservations_[i].pages.size();) {
      std::size_t count = 0;
      const std::vector<Page>& pages = reservations_[i].pages;
      while (first + count < pages.size() && pages[first + count].state != PageState::kGone) {
        ++count;
      }
      if (count != 0) {
        EXPECT_TRUE(free(range_of({i, first, count})));
      }
      first += count + 1;
    }
    reservations_.pop_back();
  }
}

INSTANTIATE_TEST_SUITE_P(Native, ModelTest, ::testing::ValuesIn(native_worlds()), name_of);
INSTANTIATE_TEST_SUITE_P(Sim, ModelTest, ::testing::ValuesIn(sim_worlds()), name_of);

}  // namespace
}  // namespace Atoll::os::test
