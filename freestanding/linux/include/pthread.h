#pragma once

using pthread_key_t = unsigned;  // as newlib has it, and glibc; it is signed on Android

extern "C" {

int pthread_key_create(pthread_key_t* key, void (*destructor)(void*));
int pthread_setspecific(pthread_key_t key, const void* value);

}  // extern "C"
