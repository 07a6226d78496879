#pragma once

using pthread_key_t = unsigned;

extern "C" {

int pthread_key_create(pthread_key_t* key, void (*destructor)(void*));
int pthread_setspecific(pthread_key_t key, const void* value);
void* pthread_getspecific(pthread_key_t key);

}  // extern "C"
