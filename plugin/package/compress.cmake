# Run by cpack between installing into a folder per package and packing these: compresses what Debian's policy
# wants compressed, the same each time. RPM does its own.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()
find_program(GZIP gzip REQUIRED)
file(GLOB_RECURSE files "${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/man/*.[1-9]"
    "${CPACK_TEMPORARY_DIRECTORY}/*/usr/share/doc/*/changelog")
foreach(file IN LISTS files)
    execute_process(COMMAND ${GZIP} -9n "${file}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()
