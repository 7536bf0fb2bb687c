# libconnmon, shared and static, for others to build on: the folders core/ and capture/, of which
# connmon.map lists the public functions. It is compiled anew, as the plugin and the program hide those,
# too.
if(NOT CONNMON_LIBRARY OR NOT UNIX OR NOT CMAKE_OBJCOPY OR CONNMON_SANITIZE OR CONNMON_FUZZ)
    return()
endif()
include(CheckLinkerFlag)
check_linker_flag(C "-Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/connmon.map" has_version_script)
if(NOT has_version_script)
    message(STATUS "Without libconnmon: it needs a linker that knows version scripts")
    return()
endif()
set(map "${CMAKE_CURRENT_SOURCE_DIR}/connmon.map")

add_library(connmon-objects OBJECT ${core_files} ${capture_files})
target_include_directories(connmon-objects PRIVATE core capture)
target_link_libraries(connmon-objects PRIVATE connmon-options)
set_target_properties(connmon-objects PROPERTIES C_VISIBILITY_PRESET default)

add_library(libconnmon SHARED $<TARGET_OBJECTS:connmon-objects>)
target_link_libraries(libconnmon PRIVATE connmon-options)
target_link_options(libconnmon PRIVATE "-Wl,--version-script=${map}" -Wl,--no-undefined)
set_target_properties(libconnmon PROPERTIES
    OUTPUT_NAME connmon LINKER_LANGUAGE C LINK_DEPENDS "${map}"
    VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})

# An archive has no way to hide what its objects share, so they become one object. GCC makes machine
# code of what it would else have kept for optimising across files; the program that links the archive
# need not be built by the same compiler.
set(flags "${CMAKE_C_FLAGS} ${CMAKE_C_FLAGS_RELEASE}")
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    string(APPEND flags " -flto -flinker-output=nolto-rel")
endif()
set(archive "${CMAKE_CURRENT_BINARY_DIR}/libconnmon.a")
add_custom_command(OUTPUT "${archive}"
    COMMAND ${CMAKE_COMMAND} -D "OBJECTS=$<TARGET_OBJECTS:connmon-objects>" -D "MAP=${map}"
        -D "PART=${CMAKE_CURRENT_BINARY_DIR}/libconnmon.o" -D "TO=${archive}"
        -D "COMPILER=${CMAKE_C_COMPILER}" -D "FLAGS=${flags}" -D "OBJCOPY=${CMAKE_OBJCOPY}"
        -D "AR=${CMAKE_AR}" -P "${CMAKE_SOURCE_DIR}/cmake/archive.cmake"
    DEPENDS connmon-objects $<TARGET_OBJECTS:connmon-objects> "${map}"
        "${CMAKE_SOURCE_DIR}/cmake/archive.cmake"
    COMMENT "Archiving libconnmon.a" VERBATIM)
add_custom_target(libconnmon-archive ALL DEPENDS "${archive}")

set(pkgconfig "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
file(RELATIVE_PATH prefix_from_pkgconfig "/prefix/${pkgconfig}" /prefix)
string(REGEX REPLACE "/$" "" prefix_from_pkgconfig "${prefix_from_pkgconfig}")
set(libdir_from_prefix "${CMAKE_INSTALL_LIBDIR}")
set(includedir_from_prefix "${CMAKE_INSTALL_INCLUDEDIR}")
configure_file(connmon.pc.in connmon.pc @ONLY)

install(TARGETS libconnmon LIBRARY COMPONENT library NAMELINK_COMPONENT development)
install(FILES "${archive}" DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/connmon.pc" DESTINATION "${pkgconfig}" COMPONENT development)
install(FILES core/connmon.h core/connmon.def DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
install(FILES core/flow.h core/subnet.h capture/build.h capture/decode.h capture/edit.h
        capture/pcapng_write.h
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/connmon" COMPONENT development)
install(FILES "${CMAKE_SOURCE_DIR}/docs/LIBRARY.md"
    DESTINATION "${CMAKE_INSTALL_DATADIR}/doc/libconnmon-dev" COMPONENT development)
