#!/bin/sh
# Builds and installs the plugin, then shows what it says of a capture:
# demo.sh [CAPTURE [TSHARK OPTIONS]]
set -eu
cd "$(dirname "$0")/.."

sh tests/setup.sh build >&2
# Wireshark ignores a personal plugin when root runs it.
preset=personal
[ "$(id -u)" != 0 ] || preset=release
cmake --preset "$preset" -D CONNMON_TESTS=OFF >&2
cmake --build --preset "$preset" >&2
cmake --install "build/$preset" >&2

capture=${1:-captures/reassembly.pcap}
[ $# = 0 ] || shift
tshark -n -r "$capture" -Y connmon.rtt "$@" -T fields -E header=y -e frame.number \
    -e connmon.flow -e connmon.rtt -e connmon.rtt.queueing -e connmon.rtt.min \
    -e connmon.seq_gap -e connmon.dup_ack_age
