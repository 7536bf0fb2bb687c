#!/bin/sh
# Does what the README tells a stranger to do: bare.sh SUITE. In a bare Debian, from a clone with
# nothing beside it, runs the demo as an ordinary user with sudo, then the demo and the tests as root,
# then uninstalls. The folder, $CONNMON_CHROOTS/SUITE-bare, is left for further checks. CONNMON_ONCE is
# passed on to run.sh. Needs root, for chroot.
set -eu
cd "$(dirname "$0")/.."
. tests/chroot.sh

suite=${1:?usage: bare.sh SUITE}
root=$folders/$suite-bare

fail() { echo "bare.sh: $suite: $*" >&2; exit 1; }

# What there is of connmon outside of the source.
list_installed() { in_root find / -xdev -iname '*connmon*' ! -path '*/src/connmon*' ! -path /proc/\* | sort; }
check_uninstalled() {
    found=$(list_installed)
    [ -z "$found" ] || fail "left behind: $found"
}
# What the demo printed, and what it says to try next, by the arguments, which run a shell.
check_demo() {
    grep -q 'server side network' "$root/demo" || fail "the demo tells no story"
    [ "$(wc -l <"$root/demo")" -le 40 ] || fail "the demo needs more than a screen"
    sed -n 's/^    \(tshark .*\)/\1/p' "$root/demo" >"$root/next"
    [ "$(wc -l <"$root/next")" = 3 ] || fail "not three things to try next"
    program=$(sed -n 's/^On a capture of yours: \([^ ]*\) .*/\1/p' "$root/demo")
    "$@" -c "cd $source && $program -r captures/story.pcap --conversations" </dev/null |
        grep -q 'server side network' || fail "no program: $program"
    while read -r command; do
        "$@" -c "cd $source && $command" </dev/null | grep . || fail "prints nothing: $command"
    done <"$root/next"
}

make_root "$suite"
copy_source

in_root sh -ec 'apt-get update -q && apt-get install -q -y --no-install-recommends sudo
    useradd -m user && echo "user ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/user
    mkdir /home/user/src && cp -r /src/connmon /home/user/src/ && chown -R user: /home/user' >/dev/null
source=/home/user/src/connmon
in_root su - user -c "cd $source && sh tests/demo.sh" | tee "$root/demo"
check_demo in_root su - user
in_root su - user -c "cd $source && sh tests/demo.sh --uninstall"
in_root rm -rf /home/user/src/connmon
check_uninstalled

source=/src/connmon
# A plugin that an aborted run leaves would meet the one under test in whatever runs here next.
trap 'in_source sh tests/demo.sh --uninstall >/dev/null 2>&1 || true' EXIT
in_source sh tests/demo.sh | tee "$root/demo"
check_demo in_root sh
in_source env CONNMON_ONCE="${CONNMON_ONCE:-}" sh tests/run.sh
in_source sh tests/demo.sh --uninstall
check_uninstalled
