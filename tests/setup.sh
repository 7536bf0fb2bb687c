#!/bin/sh
# Installs what a Debian system needs to build connmon (setup.sh build) or to test it as well
# (setup.sh test). Does nothing where all of it is there. setup.sh names tells what is for building.
set -eu

build="gcc libc6-dev cmake ninja-build pkg-config libglib2.0-dev wireshark-dev libwireshark-dev tshark
       libpcap-dev dpkg-dev file"
tests="clang libclang-rt-14-dev clang-format clang-tidy valgrind libcmocka-dev python3-pytest
       python3-pytest-xdist wireshark-common util-linux mandoc iproute2"

case "${1:-}" in
names) echo "$build" && exit ;;
build) packages=$build ;;
test) packages="$build $tests" ;;
*) echo "usage: setup.sh build|test|names" >&2; exit 1 ;;
esac

missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
