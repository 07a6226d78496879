#pragma once

#if defined(__ANDROID__)
using pthread_key_t = int;  // as its libc has it
#else
using pthread_key_t = unsigned;
#endif

extern "C" {

int pthread_key_create(pthread_key_t* key, void (*destructor)(void*));
int pthread_setspecific(pthread_key_t key, const void* value);

}  // extern "C"
