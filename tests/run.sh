#!/bin/sh
# Builds connmon and runs its tests: the core's under gcc, clang and both with sanitizers, the command
# line's with and without sanitizers, then the plugin's, on captures, in this system's tshark. Ends
# with the line that pytest prints. CONNMON_ONCE=1, where another Debian has passed, builds without
# sanitizers, runs each test under gcc alone, and leaves out what only the core decides (tests/folders.py).
set -eu
cd "$(dirname "$0")/.."

sh tests/setup.sh test
. tests/aside.sh
is_tested() { [ -z "${CONNMON_ONCE:-}" ] || [ "$1" = gcc ]; }
sanitized="debug debug-clang"
[ -z "${CONNMON_ONCE:-}" ] || sanitized=
for preset in gcc clang $sanitized; do
    plugin=ON
    case "$preset" in debug*) plugin=OFF ;; esac # a tshark without sanitizers cannot load it
    cmake --preset "$preset" -D CONNMON_PLUGIN=$plugin
    cmake --build --preset "$preset"
    ! is_tested "$preset" || ctest --test-dir "build/$preset" -j "$(nproc)" --output-on-failure
done
for preset in gcc debug-clang; do
    ! is_tested "$preset" || /usr/bin/python3 -m pytest -q -n auto -p no:cacheprovider tests/program \
        --program "build/$preset/src/program/connmon"
done
/usr/bin/python3 -m pytest -q -n auto -p no:cacheprovider tests/tshark --plugin build/gcc/plugin/connmon.so "$@"
