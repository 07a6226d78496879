#include "freestanding/cxx/die.h"

#include "freestanding/platform.h"

namespace Atoll::freestanding {
namespace {

void write(std::string_view text) { platform_write(text.data(), text.size()); }

}  // namespace

void die(std::string_view name, std::string_view detail) {
  write(name);
  if (!detail.empty()) write(": ");
  write(detail);
  write("\n");
  platform_exit(kAborted);
}

// Compilers call these.
extern "C" {

void __cxa_pure_virtual() { die("pure virtual function called"); }
void __cxa_deleted_virtual() { die("deleted virtual function called"); }

}  // extern "C"
}  // namespace Atoll::freestanding
