#!/bin/sh
# Installs what a Debian system needs to build connmon (setup.sh build), to test it as well
# (setup.sh test), to test Wireshark's windows (setup.sh gui), or for the further checks of CI
# (setup.sh checks). Does nothing where all of it is there; else build/debian-packages lists what was
# missing. setup.sh names tells what is for building.
set -eu

build="gcc libc6-dev cmake ninja-build pkg-config libglib2.0-dev wireshark-dev libwireshark-dev tshark
       libpcap-dev libseccomp-dev libhttp-parser-dev zlib1g-dev libbrotli-dev libzstd-dev dpkg-dev file"
tests="clang libclang-rt-dev libcmocka-dev python3-pytest python3-pytest-xdist wireshark-common
       util-linux mandoc iproute2"
gui="wireshark tshark util-linux python3-pytest xvfb xdotool imagemagick dbus at-spi2-core python3-gi
     gir1.2-atspi-2.0"
checks="clang-format clang-tidy valgrind gcc-mingw-w64-x86-64-win32 musl-tools"

case "${1:-}" in
names) echo "$build" && exit ;;
build) packages=$build ;;
test) packages="$build $tests" ;;
gui) packages=$gui ;;
checks) packages=$checks ;;
*) echo "usage: setup.sh build|test|gui|checks|names" >&2; exit 1 ;;
esac

missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q ' installed$' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0
mkdir -p build
# shellcheck disable=SC2086
printf '%s\n' $missing >>build/debian-packages

sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y \
    -o DPkg::Lock::Timeout=600 --no-install-recommends $missing
