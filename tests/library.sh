#!/bin/sh
# Installs libconnmon from a build, by default build/gcc, into a folder; compiles what docs/LIBRARY.md
# has against it, shared and static, as C and where it is headers as C++, and runs it on captures/. Looks
# at what the library exports. After tests/run.sh.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build/gcc}
export LC_ALL=C

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "library.sh: $*" >&2; exit 1; }

# Moved after it was installed, since pkg-config is to find it wherever it is.
for component in library development; do
    cmake --install "$build" --prefix "$work/elsewhere" --component $component >/dev/null
done
mv "$work/elsewhere" "$work/prefix"
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name connmon.pc)")
libdir=$(dirname "$PKG_CONFIG_PATH")
export PKG_CONFIG_PATH LD_LIBRARY_PATH="$libdir"
include=$work/prefix/include
[ "$(pkg-config --modversion connmon)" = "$(sed -n 's/^project(connmon VERSION \([^ ]*\).*/\1/p' CMakeLists.txt)" ] ||
    fail "pkg-config knows another version"

# ---- Headers: each by itself, without warnings, and with nothing of ours but what is installed ----

headers=$(cd "$include" && find . -name '*.h' | cut -c 3-)
[ "$(echo "$headers" | wc -l)" = 7 ] || fail "other headers than seven"
for header in $headers; do
    echo "#include <$header>" >"$work/alone.c"
    # shellcheck disable=SC2046
    cc -std=c11 -pedantic -Wall -Wextra -Werror -fsyntax-only $(pkg-config --cflags connmon) "$work/alone.c" ||
        fail "$header: not C by itself"
    # shellcheck disable=SC2046
    clang -x c++ -std=c++17 -pedantic -Wall -Wextra -Werror -fsyntax-only $(pkg-config --cflags connmon) \
        "$work/alone.c" || fail "$header: not C++ by itself"
done

# ---- Symbols: those that the headers declare, in one version, and nothing else; no state ----

# shellcheck disable=SC2086
(cd "$include" && cat $headers) >"$work/headers.c"
gcc -fpreprocessed -dD -E -P "$work/headers.c" >"$work/declared.c" # without comments
grep -v 'static inline' "$work/declared.c" | grep -o 'connmon_[a-z0-9_]*(' | tr -d '(' | sort -u >"$work/called"
sed -n 's/.*static inline.*\(connmon_[a-z0-9_]*\)(.*/\1/p' "$work/declared.c" | sort -u >"$work/inline"
comm -23 "$work/called" "$work/inline" >"$work/declared"
nm -D --defined-only "$libdir/libconnmon.so" | awk '$2 != "A" { print $3 }' | sort >"$work/exported"
sed 's/$/@@CONNMON_0/' "$work/declared" | diff - "$work/exported" || fail "declares not what it exports"
nm -g --defined-only "$libdir/libconnmon.a" | awk 'NF == 3 { print $3 }' | sort |
    diff "$work/declared" - || fail "libconnmon.a has other global symbols"
! size -A "$libdir/libconnmon.a" | awk '$1 ~ /^\.t?(data|bss)(\.[^r].*)?$/ && $2 > 0' | grep . || fail "has state"
readelf -d "$libdir/libconnmon.so" | grep -q 'SONAME.*\[libconnmon\.so\.0\]' || fail "another SONAME"
! readelf -d "$libdir/libconnmon.so" | grep NEEDED | grep -v '\[libc\.so' || fail "needs more than libc"

# ---- The programs of docs/LIBRARY.md ----

awk -v names='rtts flows syn' -v folder="$work" '
    BEGIN { split(names, name, " ") }
    /^```c$/ { to = folder "/" name[++count] ".c"; next }
    /^```/ { to = "" }
    to { print > to }' docs/LIBRARY.md
for program in rtts flows syn; do
    # shellcheck disable=SC2046
    cc -std=c11 -D_DEFAULT_SOURCE -pedantic -Wall -Wextra -Werror "$work/$program.c" -o "$work/$program" \
        $(pkg-config --cflags --libs connmon libpcap glib-2.0) || fail "$program: not compiled"
    # shellcheck disable=SC2046
    cc -std=c11 -D_DEFAULT_SOURCE "$work/$program.c" -o "$work/$program-static" "$libdir/libconnmon.a" \
        $(pkg-config --cflags connmon) $(pkg-config --cflags --libs libpcap glib-2.0) ||
        fail "$program: not linked with libconnmon.a"
    ! readelf -d "$work/$program-static" | grep -q libconnmon || fail "$program: not static"
done

# Delays of the oracle's, which shares no code with us.
for capture in story.pcap mptcp-v0.pcap http_ipv6.pcap ssh.pcap; do
    for program in rtts rtts-static; do
        "$work/$program" captures/$capture >"$work/delays"
        awk -F '\t' 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "rtt") rtt = i; next }
                     $rtt != "-" { print $1 "\t" $rtt }' captures/$capture.oracle.tsv |
            diff - "$work/delays" >"$work/difference" || fail "$capture: other delays: $(head "$work/difference")"
    done
    # Packets by the ends of their flow, in whatever order.
    for program in flows flows-static; do
        "$work/$program" captures/$capture |
            awk -F '\t' '{ print ($1 < $2 ? $1 "\t" $2 : $2 "\t" $1) "\t" $3 }' | sort >"$work/flows.found"
        awk -F '\t' 'NR > 1 { split($3, end, "+"); gsub(/[][]/, "", end[1]); gsub(/[][]/, "", end[2])
                              packets[end[1] < end[2] ? end[1] "\t" end[2] : end[2] "\t" end[1]]++ }
                     END { for (flow in packets) print flow "\t" packets[flow] }' \
            captures/$capture.oracle.tsv | sort | diff - "$work/flows.found" >"$work/difference" ||
            fail "$capture: other flows: $(head "$work/difference")"
    done
done
[ "$("$work/flows" captures/story.pcap :80 | wc -l)" -gt 0 ] || fail "no flows at port 80"
[ "$("$work/flows" captures/story.pcap :81 | wc -l)" = 0 ] || fail "flows at port 81"

fields="vlan.id ip.ttl ip.len tcp.dstport tcp.len tcp.options.mss_val ip.checksum.status tcp.checksum.status"
printf '7\t64\t48\t80\t0\t1460\t1\t1\n7\t32\t53\t8080\t5\t1460\t1\t1\n' >"$work/expected"
for program in syn syn-static; do
    "$work/$program" "$work/syn.pcapng"
    # shellcheck disable=SC2046
    tshark -n -o ip.check_checksum:TRUE -o tcp.check_checksum:TRUE -r "$work/syn.pcapng" -T fields \
        $(printf ' -e %s' $fields) 2>/dev/null | diff "$work/expected" - || fail "$program: other packets"
done
"$build/src/program/connmon" -r "$work/syn.pcapng" >"$work/lines" 2>/dev/null || fail "connmon cannot read what syn writes"
echo "libconnmon is good"
