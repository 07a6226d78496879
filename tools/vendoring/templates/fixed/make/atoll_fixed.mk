# Atoll's heap inside of buffers, for GNU make. A makefile includes this, compiles with
# $(ATOLL_FIXED_CPPFLAGS), and links $(ATOLL_FIXED_OBJECT). Before the include it may set:
#
#   ATOLL_FIXED_OPTIONS   for example -DATOLL_FIXED_QUICK=8; atoll_fixed.h lists them
#   ATOLL_FIXED_BUILD     the folder of the object
ATOLL_FIXED_FOLDER := $(dir $(lastword $(MAKEFILE_LIST)))
ATOLL_FIXED_BUILD ?= build
ATOLL_FIXED_CPPFLAGS := -I$(ATOLL_FIXED_FOLDER)
# Without exceptions and RTTI, a C program needs no C++ library. A linker with --gc-sections drops
# unused functions.
ATOLL_FIXED_FLAGS := -std=c++11 -fno-exceptions -fno-rtti -ffunction-sections
ATOLL_FIXED_OBJECT := $(ATOLL_FIXED_BUILD)/atoll_fixed.o

# Keeps the rule below from becoming the makefile's default goal.
ATOLL_FIXED_GOAL := $(.DEFAULT_GOAL)

$(ATOLL_FIXED_OBJECT): $(addprefix $(ATOLL_FIXED_FOLDER)atoll_fixed.,cc h hpp mk)
	@mkdir -p $(@D)
	$(CXX) $(CPPFLAGS) $(CXXFLAGS) $(ATOLL_FIXED_FLAGS) $(ATOLL_FIXED_OPTIONS) -c $< -o $@

.DEFAULT_GOAL := $(ATOLL_FIXED_GOAL)
