#!/bin/sh
# Fuzzes targets for so many seconds each, and keeps of what was found, of the captures' frames and of
# the corpora the inputs without which some code would not be reached.
#
#     tests/fuzz/keep.sh SECONDS [TARGET...]
set -eu
cd "$(dirname "$0")/../.."

targets=build/debug-clang/tests/fuzz corpora=tests/fuzz/corpus
seconds=$1
shift
[ $# -gt 0 ] || set -- core decode pcapng names container reassembly exchanges views http_reader options
for noun; do
    rm -rf $targets/seeds $targets/kept
    mkdir -p $targets/seeds $targets/kept "$corpora/$noun"
    [ "$noun" != decode ] || /usr/bin/python3 tests/fuzz/make_seeds.py $targets/seeds
    [ "$noun" != http_reader ] || /usr/bin/python3 tests/fuzz/make_http_seeds.py $targets/seeds
    sh tests/fuzz/run.sh "$seconds" "$noun" $targets/seeds
    "$targets/fuzz_$noun" -merge=1 -use_counters=0 -close_fd_mask=3 $targets/kept "$corpora/$noun" \
        "$targets/found/$noun" $targets/seeds
    rm -r "${corpora:?}/$noun"
    mv $targets/kept "$corpora/$noun"
done
