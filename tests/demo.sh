#!/bin/sh
# Builds and installs connmon, then shows what it says of a capture whose truth is known.
# demo.sh --uninstall takes away what was installed.
set -eu
cd "$(dirname "$0")/.."

# Wireshark ignores a personal plugin when root runs it.
preset=personal
[ "$(id -u)" != 0 ] || preset=install
log=build/demo.log
mkdir -p build

# Prints $1, runs the rest, whose output goes to the log.
doing() {
    printf '%s... ' "$1"
    shift
    "$@" >>$log 2>&1 || { echo "failed" && tail -n 20 $log && echo "(the end of $log)" && exit 1; }
}
build() { cmake --preset $preset && cmake --build --preset $preset; }

if [ "${1:-}" = --uninstall ]; then
    [ -d build/$preset ] || { echo "nothing to uninstall: no build/$preset here" >&2; exit 1; }
    cmake --build build/$preset --target uninstall
    [ ! -s build/debian-packages ] ||
        { echo "Debian's packages that were installed stay. To remove them, too:" &&
            echo "    apt-get remove --autoremove $(sort -u build/debian-packages | tr '\n' ' ')"; }
    exit
fi

: >$log
doing "Installing Debian's packages" sh tests/setup.sh build
doing "building" build
doing "installing" cmake --install build/$preset
echo "done ($log)"

story=captures/story
tshark -n -q -r $story.pcap -z connmon,conv-csv >build/demo.csv 2>>$log
program=$(command -v connmon || grep '/bin/connmon$' build/$preset/install_manifest.txt)

printf '\nEight connections, of which %s.md tells what was done to each, and what connmon says:\n\n' $story
awk -F '|' '
    function in_words(seconds) {
        if (seconds == "") return ""
        return seconds < 1 ? int(1000 * seconds + .5) " ms" : sprintf("%.2f s", seconds)
    }
    function trim(text) { gsub(/^ +| +$/, "", text); return text }
    { gsub(/["\r]/, "") }
    NR == FNR && /^\| 203/ { done[trim($2) ":80"] = trim($3) }
    NR != FNR && FNR == 1 {
        for (n = split($0, names, ","); n > 0; n--) column[names[n]] = n
        print "Stream  Server           What was done                              Lasted   Spent  Verdict"
    }
    NR != FNR && split($0, cell, ",") && cell[column["server"]] in done {
        server = cell[column["server"]]
        printf "%6d  %-15s  %-38s  %8s%8s  %s\n", cell[column["stream"]], server, done[server],
            in_words(cell[column["duration"]]), in_words(cell[column["verdict_time"]]),
            cell[column["verdict"]] | "sort -n"
    }' $story.md build/demo.csv
cat <<END

The verdict is what most of the time went into, "Spent" how much of it. A side's network is the way
between that host and where the capture was taken; "client" and "server" are their applications, so
only connection 3 is a case for who runs the server. Loss beyond the capture point is on the way to
the receiver, loss before it on the way from the sender.

Which requests did the slow server take long for? Which delays are those of the network's far side?
When was nothing on its way, and why? Three things to try next:

    tshark -r $story.pcap -q -z connmon,http,'tcp.stream == 3'
    tshark -r $story.pcap -Y 'tcp.stream == 1 && connmon.rtt > 0.1'
    tshark -r $story.pcap -Y 'connmon.expert.stall > 0.2' -T fields -e tcp.stream -e _ws.expert.message

On a capture of yours: $program -r FILE --conversations
To uninstall: sh tests/demo.sh --uninstall
END
