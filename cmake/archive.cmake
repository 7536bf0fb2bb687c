# Puts OBJECTS, joined to one without any global symbols but those of MAP, a version script, into the
# archive TO. With COMPILER and FLAGS, OBJCOPY and AR; PARTS is the one object.
file(READ "${MAP}" map)
string(REGEX MATCHALL "connmon_[a-z0-9_]+" names "${map}")
list(JOIN names "\n" names)
file(WRITE "${PART}.symbols" "${names}\n")
separate_arguments(flags UNIX_COMMAND "${FLAGS}")
execute_process(COMMAND "${COMPILER}" ${flags} -r -nostdlib -o "${PART}" ${OBJECTS}
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${OBJCOPY}" "--keep-global-symbols=${PART}.symbols" "${PART}"
    COMMAND_ERROR_IS_FATAL ANY)
file(REMOVE "${TO}")
execute_process(COMMAND "${AR}" rcs "${TO}" "${PART}" COMMAND_ERROR_IS_FATAL ANY)
