#!/bin/sh
# Builds and tests the plugin against the Wireshark of another Debian release, in a folder of its
# own: versions.sh trixie (4.4) or versions.sh sid (4.6). Needs root, for chroot. The folder,
# $CONNMON_CHROOTS/SUITE, is kept and used again.
#
# Exit status 75 if connmon is not at fault: the release could not be installed, as unstable cannot
# at times, or has a Wireshark that connmon is not made for.
set -eu
cd "$(dirname "$0")/.."

suite=${1:?usage: versions.sh SUITE}
folders=${CONNMON_CHROOTS:-/var/tmp/connmon-chroots}
root=$folders/$suite

in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/ "$@"; }
# Snapshots of unstable expire; a test needs no fresh one.
apt() { in_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Check-Valid-Until=false "$@"; }
unmount() { umount "$root/proc" "$root/dev" 2>/dev/null || true; }

install_release() {
    command -v debootstrap >/dev/null || { apt-get update -q && apt-get install -q -y debootstrap; }
    mkdir -p "$folders" || return
    [ -f "$root/.bootstrapped" ] || { rm -rf "$root" &&
        debootstrap --variant=minbase "$suite" "$root" && touch "$root/.bootstrapped"; } || return
    cp /etc/resolv.conf "$root/etc/resolv.conf" &&
        mount --bind /proc "$root/proc" && mount --bind /dev "$root/dev" &&
        apt update && apt install -y --no-install-recommends gcc libc6-dev cmake ninja-build \
            pkg-config libglib2.0-dev wireshark-dev libwireshark-dev tshark wireshark-common \
            libcmocka-dev python3-pytest python3-pytest-xdist mandoc libpcap-dev
}

trap unmount EXIT
install_release || { echo "$suite: could not be installed" >&2; exit 75; }
in_root tshark --version | head -n 1 | tee "$root/version"
grep -q ' 4\.[0-6]\.' "$root/version" || { echo "$suite: not a Wireshark for connmon" >&2; exit 75; }

rm -rf "$root/src/connmon" "$root/src/shared"
mkdir -p "$root/src/connmon" "$root/src/shared"
git ls-files -z | xargs -0 cp --parents -t "$root/src/connmon"
[ ! -d ../shared/golden ] || cp -r ../shared/golden "$root/src/shared/"
in_root sh -ec 'cd /src/connmon
    cmake --preset gcc
    cmake --build --preset gcc
    ctest --test-dir build/gcc --output-on-failure
    /usr/bin/python3 -m pytest -q -n auto -p no:cacheprovider tests/tshark --plugin build/gcc/plugin/connmon.so'
