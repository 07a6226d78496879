// Arduino compiles no file whose name ends with .cc.
#include "atoll_fixed.cc"
