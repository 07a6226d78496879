# Atoll's heaps, for GNU make. A makefile includes this, compiles with $(ATOLL_CPPFLAGS), and links
# $(ATOLL_OBJECT) with $(ATOLL_LDFLAGS) and a C++ library. Before the include it may set
# ATOLL_BUILD, the folder of the object.
ATOLL_FOLDER := $(dir $(lastword $(MAKEFILE_LIST)))
ATOLL_BUILD ?= build
ATOLL_CPPFLAGS := -I$(ATOLL_FOLDER)
ATOLL_LDFLAGS := -pthread
ATOLL_OBJECT := $(ATOLL_BUILD)/atoll.o

# Keeps the rule below from becoming the makefile's default goal.
ATOLL_GOAL := $(.DEFAULT_GOAL)

$(ATOLL_OBJECT): $(addprefix $(ATOLL_FOLDER)atoll.,cc h hpp mk)
	@mkdir -p $(@D)
	$(CXX) -std=c++20 $(CPPFLAGS) $(CXXFLAGS) -c $< -o $@

.DEFAULT_GOAL := $(ATOLL_GOAL)
