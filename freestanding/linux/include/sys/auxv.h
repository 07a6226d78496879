#pragma once

#define AT_PAGESZ 6
#define AT_RANDOM 25

// 0 if the kernel did not tell.
extern "C" unsigned long getauxval(unsigned long key);
