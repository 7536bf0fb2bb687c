#!/bin/sh
# Fuzzes each target for so many seconds, and keeps of what was found, and of the corpora, the inputs
# without which some code would not be reached. After the build of the preset debug-clang:
#
#     tests/fuzz/keep.sh SECONDS [TARGET...]
set -eu
cd "$(dirname "$0")/../.."

targets=build/debug-clang/tests/fuzz corpora=tests/fuzz/corpus
seconds=$1
shift
[ $# -gt 0 ] || set -- core decode pcapng names container reassembly exchanges views options
for noun; do
    found=$targets/found/$noun options='-max_len=600 -close_fd_mask=3'
    case $noun in core | exchanges | views) options='-max_len=1500' ;; esac
    [ "$noun" != decode ] || /usr/bin/python3 tests/fuzz/make_seeds.py "$targets/seeds"
    mkdir -p "$found" "$corpora/$noun" "$targets/seeds"
    # shellcheck disable=SC2086
    "$targets/fuzz_$noun" $options -max_total_time="$seconds" "$found" "$corpora/$noun" "$targets/seeds"
    rm -rf "$targets/kept" && mkdir "$targets/kept"
    # shellcheck disable=SC2086
    "$targets/fuzz_$noun" $options -merge=1 -use_counters=0 "$targets/kept" "$corpora/$noun" "$found" \
        "$targets/seeds"
    rm -rf "${corpora:?}/$noun" "$targets/seeds" && mv "$targets/kept" "$corpora/$noun"
done
