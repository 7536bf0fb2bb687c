#!/bin/sh
# Builds connmon and runs its tests: the core's under gcc, clang and both with sanitizers, the command
# line's with and without sanitizers, then the plugin's, on captures, in this system's tshark. Ends
# with the line that pytest prints. CONNMON_PRESETS=gcc leaves out what does not depend on the system
# so much: all but that compiler, without sanitizers.
set -eu
cd "$(dirname "$0")/.."

sh tests/setup.sh test
. tests/aside.sh
presets=${CONNMON_PRESETS:-gcc clang debug debug-clang}
for preset in $presets; do
    plugin=ON
    case "$preset" in debug*) plugin=OFF ;; esac # a tshark without sanitizers cannot load it
    cmake --preset "$preset" -D CONNMON_PLUGIN=$plugin
    cmake --build --preset "$preset"
    ctest --test-dir "build/$preset" --output-on-failure
done
for preset in $presets; do
    case "$preset" in *clang) continue ;; esac
    /usr/bin/python3 -m pytest -q -n auto -p no:cacheprovider tests/program --program "build/$preset/src/program/connmon"
done
/usr/bin/python3 -m pytest -q -n auto -p no:cacheprovider tests/tshark --plugin build/gcc/plugin/connmon.so "$@"
