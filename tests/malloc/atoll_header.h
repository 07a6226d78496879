/* One source, compiled as several versions of C. Each function returns the error, or null. */
#ifndef ATOLL_TESTS_ATOLL_HEADER_H
#define ATOLL_TESTS_ATOLL_HEADER_H

#ifdef __cplusplus
extern "C" {
#endif

const char* test_of_c99(void);
const char* test_of_c11(void);
const char* test_of_c23(void);

#ifdef __cplusplus
}
#endif

#endif
