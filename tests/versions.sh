#!/bin/sh
# Builds and tests the plugin against the Wireshark of another Debian release, in a folder of its
# own: versions.sh trixie (4.4) or versions.sh sid (4.6). Needs root, for chroot. The folder,
# $CONNMON_CHROOTS/SUITE, is kept and used again. CONNMON_ONCE is passed on to the tests.
#
# Exit status 75 if connmon is not at fault: the release could not be installed, as unstable cannot
# at times, or has a Wireshark that connmon is not made for.
set -eu
cd "$(dirname "$0")/.."

. tests/chroot.sh

suite=${1:?usage: versions.sh SUITE}
root=$folders/$suite

open_build_root "$suite" libcmocka-dev python3-pytest python3-pytest-xdist mandoc ||
    { echo "$suite: could not be installed" >&2; exit 75; }
in_root tshark --version | head -n 1 | tee "$root/version"
grep -q ' 4\.[0-6]\.' "$root/version" || { echo "$suite: not a Wireshark for connmon" >&2; exit 75; }

copy_source
# shellcheck disable=SC2046
in_source env CONNMON_ONCE="${CONNMON_ONCE:-}" $(further_captures) sh -ec 'cmake --preset gcc
    cmake --build --preset gcc
    ctest --test-dir build/gcc -j "$(nproc)" --output-on-failure
    /usr/bin/python3 -m pytest -q -n auto -p no:cacheprovider tests/tshark --plugin build/gcc/plugin/connmon.so'
