# For versions.sh and packages.sh: a Debian release in the folder $root. Needs root.
# shellcheck shell=sh disable=SC2154
folders=${CONNMON_CHROOTS:-/var/tmp/connmon-chroots}

in_root() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/ "$@"; }
# Snapshots of unstable expire; a test needs no fresh one.
apt() { in_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Check-Valid-Until=false "$@"; }
need() { command -v "$1" >/dev/null || { apt-get update -q && apt-get install -q -y "$2"; }; }

# Fills $root with the release $1, unless it is there, and makes it ready for in_root.
open_root() {
    need debootstrap debootstrap && mkdir -p "$folders" || return
    [ -f "$root/.bootstrapped" ] || { rm -rf "$root" &&
        debootstrap --variant=minbase "$1" "$root" && touch "$root/.bootstrapped"; } || return
    trap close_root EXIT
    cp /etc/resolv.conf "$root/etc/resolv.conf" && mount --bind /proc "$root/proc" &&
        mount --bind /dev "$root/dev" && apt update
}
close_root() { umount "$root/proc" "$root/dev" 2>/dev/null || true; }

# The same, with what connmon is built with and the packages $2...
open_build_root() {
    open_root "$1" || return
    shift
    # shellcheck disable=SC2046
    apt install -y --no-install-recommends wireshark-common $(sh tests/setup.sh names) "$@"
}

# Puts the source into /src/connmon.
copy_source() {
    rm -rf "$root/src/connmon" && mkdir -p "$root/src/connmon" &&
        git ls-files -z | xargs -0 cp --parents -t "$root/src/connmon"
}
