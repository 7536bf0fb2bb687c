# Writes the manual TARGET: SOURCE with what the tables in VIEWS say of views and their options.
cmake_minimum_required(VERSION 3.21)
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/views.cmake")
describe_views("${VIEWS}")
configure_file("${SOURCE}" "${TARGET}" @ONLY)
