#!/bin/sh
# Installs what a Debian system needs to build connmon (setup.sh build), to test it as well
# (setup.sh test), or to test Wireshark's windows (setup.sh gui). Does nothing where all of it is
# there. setup.sh names tells what is for building.
set -eu

build="gcc libc6-dev cmake ninja-build pkg-config libglib2.0-dev wireshark-dev libwireshark-dev tshark
       libpcap-dev dpkg-dev file"
tests="clang libclang-rt-14-dev clang-format clang-tidy valgrind libcmocka-dev python3-pytest
       python3-pytest-xdist wireshark-common util-linux mandoc iproute2"
gui="wireshark tshark util-linux python3-pytest xvfb xdotool imagemagick dbus at-spi2-core python3-gi
     gir1.2-atspi-2.0"

case "${1:-}" in
names) echo "$build" && exit ;;
build) packages=$build ;;
test) packages="$build $tests" ;;
gui) packages=$gui ;;
*) echo "usage: setup.sh build|test|gui|names" >&2; exit 1 ;;
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
