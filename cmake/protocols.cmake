# The libraries by which the command line reads HTTP: all of them optional, each with its message.
add_library(connmon-protocol-libraries INTERFACE)
set(codings)

# The compiler's own folder is left out: where it is given, another C library's comes too late.
function(add_protocol_library headers library)
    if(NOT headers STREQUAL "/usr/include")
        target_include_directories(connmon-protocol-libraries SYSTEM INTERFACE ${headers})
    endif()
    target_link_libraries(connmon-protocol-libraries INTERFACE ${library})
endfunction()

# NOUN HEADER LIBRARY DEFINITION "CODINGS" "Debian package"
function(find_decoder noun header library definition its_codings package)
    find_path(CONNMON_${definition}_HEADERS ${header})
    find_library(CONNMON_${definition}_LIBRARY ${library})
    mark_as_advanced(CONNMON_${definition}_HEADERS CONNMON_${definition}_LIBRARY)
    if(CONNMON_${definition}_HEADERS AND CONNMON_${definition}_LIBRARY)
        add_protocol_library(${CONNMON_${definition}_HEADERS} ${CONNMON_${definition}_LIBRARY})
        target_compile_definitions(connmon-protocol-libraries INTERFACE CONNMON_${definition})
        list(APPEND codings "${its_codings}")
        set(codings "${codings}" PARENT_SCOPE)
    else()
        message(STATUS "Without bodies of HTTP in ${its_codings}: they need ${noun} "
                       "(Debian: ${package})")
    endif()
endfunction()

find_path(CONNMON_HTTP_PARSER_HEADERS http_parser.h)
find_library(CONNMON_HTTP_PARSER_LIBRARY http_parser)
mark_as_advanced(CONNMON_HTTP_PARSER_HEADERS CONNMON_HTTP_PARSER_LIBRARY)
if(CONNMON_HTTP_PARSER_HEADERS AND CONNMON_HTTP_PARSER_LIBRARY)
    set(CONNMON_MESSAGE_PARSER message_parser.c)
    add_protocol_library(${CONNMON_HTTP_PARSER_HEADERS} ${CONNMON_HTTP_PARSER_LIBRARY})
else()
    set(CONNMON_MESSAGE_PARSER message_parser_none.c)
    message(STATUS "Without HTTP in the command line: it needs http-parser (Debian: "
                   "libhttp-parser-dev)")
endif()

find_decoder(zlib zlib.h z ZLIB "gzip, deflate" zlib1g-dev)
find_decoder(brotli brotli/decode.h brotlidec BROTLI br libbrotli-dev)
find_decoder(zstd zstd.h zstd ZSTD zstd libzstd-dev)
list(JOIN codings ", " codings)
target_compile_definitions(connmon-protocol-libraries INTERFACE "CONNMON_CODINGS=\"${codings}\"")
