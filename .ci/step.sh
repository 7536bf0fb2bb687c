# shellcheck shell=sh
# step NAME COMMAND...: a check, and how long it took. A failed one does not stop the others.
step() {
    name=$1 begun=$(date +%s)
    shift
    echo "== $name"
    if "$@"; then verdict=PASSED; else verdict=FAILED; fi
    echo "$verdict: $name ($(($(date +%s) - begun)) s)"
}
