// thread_local where there is one thread: compiled with -femulated-tls, every such object is asked
// for by the address of its description.

#include <cstddef>
#include <cstring>
#include <new>

namespace {

// As the compiler lays it out.
struct Description {
  std::size_t size;
  std::size_t alignment;
  void* object;             // null until it is first asked for
  const void* first_value;  // null: zero
};

}  // namespace

extern "C" void* __emutls_get_address(Description* description);

void* __emutls_get_address(Description* description) {
  if (description->object == nullptr) {
    void* object = ::operator new(description->size, std::align_val_t(description->alignment));
    if (description->first_value == nullptr) {
      std::memset(object, 0, description->size);
    } else {
      std::memcpy(object, description->first_value, description->size);
    }
    description->object = object;
  }
  return description->object;
}
