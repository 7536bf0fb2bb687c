# For scripts that work in Debian releases of their own, each in the folder $root. Needs root.
# shellcheck shell=sh disable=SC2154
folders=${CONNMON_CHROOTS:-/var/tmp/connmon-chroots}
export http_proxy="${http_proxy:-}"
[ -n "$http_proxy" ] || eval "$(apt-config shell http_proxy Acquire::http::Proxy)"

# Runs a command in $root. Mounts and processes are in namespaces of its own: when the command has
# ended, however it did, nothing of it is left.
in_root() {
    # shellcheck disable=SC2016
    unshare --mount --pid --fork --kill-child sh -ec 'root=$1; shift
        mount --bind "$root" "$root" # "ip netns" needs a root that is a mount point
        mount --rbind /dev "$root/dev"
        mount --rbind /sys "$root/sys"
        mount -t proc proc "$root/proc"
        exec chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 HOME=/root "$@"
        ' sh "$root" "$@"
}
in_source() { in_root sh -ec 'cd /src/connmon && exec "$@"' sh "$@"; }
# Snapshots of unstable expire; a test needs no fresh one.
apt() { in_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Check-Valid-Until=false "$@"; }
need() {
    command -v "$1" >/dev/null ||
        { apt-get update -q && apt-get install -q -y -o DPkg::Lock::Timeout=600 "$2"; }
}

# Makes $root a bare system of the release $1: Debian's smallest, from the mirror of this system.
make_root() (
    base=$folders/base-$1
    mkdir -p "$folders" && exec 9>"$folders/lock" && flock 9 || exit
    need debootstrap debootstrap || exit
    # shellcheck disable=SC2016
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
    [ -f "$base/.bootstrapped" ] || { rm -rf "$base" &&
        debootstrap --variant=minbase "$1" "$base" ${mirror:+"$mirror"} && touch "$base/.bootstrapped"; } || exit
    flock -u 9
    rm -rf "$root" && cp -a "$base" "$root" && cp /etc/resolv.conf "$root/etc/resolv.conf" || exit
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/fast"
    [ -z "$http_proxy" ] ||
        echo "Acquire::http::Proxy \"$http_proxy\";" >"$root/etc/apt/apt.conf.d/90proxy"
)

# The same, unless it is there, with what connmon is built with and the packages $2...
open_build_root() {
    [ -d "$root" ] || make_root "$1" || return
    shift
    # shellcheck disable=SC2046
    apt update && apt install -y --no-install-recommends wireshark-common $(sh tests/setup.sh names) "$@"
}

# Puts the source into /src/connmon: what a clone has, with changes not yet committed.
copy_source() {
    rm -rf "$root/src/connmon" && mkdir -p "$root/src/connmon" &&
        git -c safe.directory='*' ls-files -z | xargs -0 cp --parents -t "$root/src/connmon"
}

# Copies the folder $CONNMON_CAPTURES, if there is one, and prints what tells the tests where it is.
further_captures() {
    [ -n "${CONNMON_CAPTURES:-}" ] || return 0
    rm -rf "$root/further" && cp -r "$CONNMON_CAPTURES" "$root/further" && echo CONNMON_CAPTURES=/further
}
