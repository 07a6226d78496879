# An overlay port of the files beside it: vcpkg install atoll --overlay-ports=third_party/atoll/vcpkg
vcpkg_check_linkage(ONLY_STATIC_LIBRARY)
vcpkg_cmake_configure(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../..")
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME atoll CONFIG_PATH lib/cmake/atoll)
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
vcpkg_install_copyright(FILE_LIST "${CMAKE_CURRENT_LIST_DIR}/../../LICENSE")
