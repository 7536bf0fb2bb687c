#!/bin/sh
# Makes the packages for Debian releases, then installs, uses and removes those of each in a fresh
# system: packages.sh SUITE..., such as bookworm (Wireshark 4.0) and trixie (4.4). With several, each
# Wireshark is also given the plugins of the others. Needs Debian, and root for chroot. The packages
# are left in build/packages/SUITE.
set -eu
cd "$(dirname "$0")/.."
. tests/chroot.sh
export LC_ALL=C

[ $# -gt 0 ] || { echo "usage: packages.sh SUITE..." >&2; exit 1; }
here=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
made=$PWD/build/packages
capture=captures/mptcp-v0.pcap

fail() { echo "packages.sh: $suite: $*" >&2; exit 1; }

# Runs its arguments where the release is built, in the source's folder.
where_built() {
    if [ "$suite" = "$here" ]; then "$@"; else in_source "$@"; fi
}

# Fills $made/$suite with .deb and .rpm, the plugin, and a list of what `cmake --install` installs.
make_packages() {
    if [ "$suite" = "$here" ]; then
        sh tests/setup.sh build
        need rpmbuild rpm
        source=$PWD
    else
        root=$folders/$suite
        open_build_root "$suite" rpm
        copy_source
        source=$root/src/connmon
    fi
    where_built cmake --preset install
    where_built cmake --build --preset install
    where_built rm -rf build/packed build/installed
    where_built cpack --config build/install/CPackConfig.cmake -B build/packed -G 'DEB;RPM'
    where_built env DESTDIR=build/installed cmake --install build/install --prefix /usr
    rm -rf "${made:?}/$suite"
    mkdir -p "$made/$suite"
    cp "$source"/build/packed/*.deb "$source"/build/packed/*.rpm "$source/build/install/plugin/connmon.so" \
        "$made/$suite/"
    (cd "$source/build/installed" && find . ! -type d | cut -c 2- | sort) >"$made/$suite/installed"
}

# What `cmake --install` installs is in the packages, all of it and nothing else.
check_contents() {
    for deb in "$made/$suite"/*.deb; do dpkg-deb --fsys-tarfile "$deb" | tar t; done |
        sed -n 's/^\.//; s/\.gz$//; /[^/]$/p' | sort | cmp - "$made/$suite/installed" ||
        fail "the .deb packages have not what is installed"
    for rpm in "$made/$suite"/*.rpm; do rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$rpm"; done |
        sed -n 's/^[^d][^ ]* //; s/\.gz$//; /^\//p' | sort | cmp - "$made/$suite/installed" ||
        fail "the .rpm packages have not what is installed"
}

# tshark in the fresh system: as_root ARGUMENTS, as_user ARGUMENTS.
as_root() { in_root tshark -n "$@"; }
as_user() {
    in_root setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/home/user tshark -n "$@"
}

# The delays that the account $1 sees are those that the capture is known to have.
check_delays() {
    "$1" -r /capture.pcap -Y connmon.rtt -T fields -e frame.number -e connmon.rtt \
        >"$made/delays" 2>"$made/messages" || fail "$1: $(cat "$made/messages")"
    awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "rtt") rtt = i; next }
                 $rtt != "-" { print $1 "\t" $rtt }' $capture.oracle.tsv | cmp - "$made/delays" ||
        fail "$1: other delays than expected"
    ! grep -v '^Running as user "root"' "$made/messages" || fail "$1: tshark complains"
}

# Wireshark must say $2 of the plugin $1 in the user's folder, and go on.
check_message() {
    in_root mkdir -p "$personal"
    cp "$1" "$root$personal/connmon.so"
    as_user -r /capture.pcap >/dev/null 2>"$made/messages" || fail "tshark ends: $(cat "$made/messages")"
    echo "$suite: $(cat "$made/messages")"
    grep -q "$2" "$made/messages" || fail "tshark does not say \"$2\""
    rm "$root$personal/connmon.so"
}

try_packages() {
    root=$folders/$suite-fresh
    make_root "$suite"
    apt update
    cp $capture "$root/capture.pcap"
    cp "$made/$suite"/*.deb "$root/"
    in_root mkdir -p /home/user
    in_root chown 65534:65534 /home/user

    for other in "$made"/*/; do
        [ "$other" = "$made/$suite/" ] || check_refused "$other"
    done
    # dpkg itself remembers a package with a script until it is purged.
    in_root find / -xdev -iname '*connmon*' ! -name '*.deb' ! -path '/var/lib/dpkg/*' | sort >"$made/before"
    in_root sh -c 'DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends tshark /*.deb'
    packages=$(for deb in "$made/$suite"/*.deb; do dpkg-deb -f "$deb" Package; done)
    # shellcheck disable=SC2086
    in_root dpkg -L $packages | sed /^$/d | sort -u >"$made/listed"

    check_delays as_root
    check_delays as_user
    as_user -C connmon -r /capture.pcap >/dev/null || fail "no profile"
    in_root rm -rf /home/user/.config # where Wireshark copies a profile to
    in_root connmon -r /capture.pcap | grep -q . || fail "the program prints nothing"
    release=$(as_root --version 2>/dev/null | sed -n '1s/.*) \([0-9]*\.[0-9]*\)\..*/\1/p')
    personal=/home/user/.local/lib/wireshark/plugins/$release/epan
    check_message "$made/$suite/connmon.so" 'found in multiple directories'

    # shellcheck disable=SC2086
    apt remove -y $packages
    while read -r path; do
        [ ! -e "$root$path" ] || in_root dpkg -S "$path" >/dev/null || fail "$path is left behind"
    done <"$made/listed"
    in_root find / -xdev -iname '*connmon*' ! -name '*.deb' ! -path '/var/lib/dpkg/*' | sort |
        cmp - "$made/before" ||
        fail "something is left behind"

    for other in "$made"/*/; do
        [ "$other" = "$made/$suite/" ] ||
            check_message "$other/connmon.so" "Couldn't load plugin 'connmon.so'"
    done
    rm -rf "$root"
}

# apt must not install the packages for another release.
check_refused() {
    rm -rf "$root/other"
    mkdir "$root/other"
    cp "$1"/*.deb "$root/other/"
    ! in_root sh -c 'apt-get install -q -s tshark /other/*.deb' >"$made/messages" 2>&1 ||
        fail "installs the packages of $1"
    grep -q wireshark-common "$made/messages" || fail "apt: $(cat "$made/messages")"
    rm -rf "$root/other"
}

rm -rf "$made"
for suite; do make_packages; done
for suite; do
    check_contents
    try_packages
    echo "$suite: packages are good"
done
