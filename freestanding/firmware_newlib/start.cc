// Where a Cortex-M begins: the vectors, the variables' first values, and main() with the words of
// the command line.

#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>

// The linker's (link.ld).
extern "C" {
extern std::uint32_t atoll_data_image[];
extern std::uint32_t atoll_data_begin[];
extern std::uint32_t atoll_data_end[];
extern std::uint32_t atoll_zeroes_begin[];
extern std::uint32_t atoll_zeroes_end[];
extern std::uint32_t atoll_stack_end[];
}

int main(int argc, char** argv);

// newlib's. It calls _init() and _fini(), which are the compiler's on other systems.
extern "C" {
void initialise_monitor_handles();
void __libc_init_array();
void _init();
void _fini();
void _init() {}
void _fini() {}
}

namespace {

enum class Operation : std::uint32_t { kWrite0 = 0x04, kGetCommandLine = 0x15 };

std::uint32_t ask_host(Operation operation, const void* argument) {
  register auto r0 __asm__("r0") = static_cast<std::uint32_t>(operation);
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

// The words of the command line, as far as there is room for them.
class Arguments {
 public:
  Arguments() {
    const struct {
      char* text;
      std::size_t size;
    } block{line_.data(), line_.size()};
    if (ask_host(Operation::kGetCommandLine, &block) != 0) line_[0] = '\0';
    for (char* next = line_.data(); *next != '\0' && count_ < kMost;) {
      words_[static_cast<std::size_t>(count_++)] = next;
      while (*next != '\0' && *next != ' ') ++next;
      if (*next == ' ') *next++ = '\0';
    }
  }

  int count() const { return count_; }
  char** words() { return words_.data(); }

 private:
  static constexpr int kMost = 31;

  std::array<char, 1024> line_{};
  std::array<char*, kMost + 1> words_{};  // a null ends the array
  int count_ = 0;
};

[[noreturn]] void begin() {
  const std::uint32_t* from = atoll_data_image;
  for (std::uint32_t* to = atoll_data_begin; to != atoll_data_end;) *to++ = *from++;
  for (std::uint32_t* to = atoll_zeroes_begin; to != atoll_zeroes_end;) *to++ = 0;
  initialise_monitor_handles();
  __libc_init_array();
  Arguments arguments;
  std::exit(main(arguments.count(), arguments.words()));
}

[[noreturn]] void fault() {
  constexpr int kFaulted = 139;  // what a shell says of a program that SIGSEGV has ended
  (void)ask_host(Operation::kWrite0, "fault\n");
  _exit(kFaulted);
}

// Where the stack begins, and what the processor does at reset and at each kind of fault.
struct Vectors {
  const void* stack_end;
  void (*reset)();
  void (*faults[14])();
};
[[gnu::section(".vectors"), gnu::used]] constexpr Vectors kVectors = {
    atoll_stack_end, begin, {fault, fault, fault, fault, fault}};

}  // namespace
