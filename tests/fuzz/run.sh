#!/bin/sh
# Fuzzes a target of the preset debug-clang for so many seconds, from its corpus on; what is found goes
# to build/debug-clang/tests/fuzz/found.
#
#     tests/fuzz/run.sh SECONDS TARGET [ARGUMENT of libFuzzer...]
set -eu
cd "$(dirname "$0")/../.."

seconds=$1 noun=$2
shift 2
case $noun in
core | exchanges | http_reader | views) set -- -max_len=1500 "$@" ;;
*) set -- -max_len=600 "$@" ;;
esac
targets=build/debug-clang/tests/fuzz
mkdir -p $targets/found/"$noun"
[ "$noun" != options ] || set -- -close_fd_mask=3 "$@" # it has much to say
exec "$targets/fuzz_$noun" -max_total_time="$seconds" -artifact_prefix="$targets/" "$@" \
    "$targets/found/$noun" "tests/fuzz/corpus/$noun"
