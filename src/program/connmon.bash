# Completes the options of connmon for bash.
# SPDX-License-Identifier: GPL-2.0-or-later

_connmon() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local options="
        -i --interface -r --read -e --emulate --speed --max-sleep -f --filter -c --count -s --seconds
        --bufferSize --buffer-size --user -m --machine -Q --quick -l --showLocal --show-local
        --json --csv --conversations --hosts --transactions --events --bandwidth --index --write
        -q --quiet -v --verbose --sumInt --sum-int
        --split --flows --split-format --payload --worst --min-rtt-p95 --overwrite
        --rtdMaxAge --rtd-max-age --flowMaxIdle --flow-max-idle --maxFlows --max-flows
        --keep-copies -h --help --version"

    case "$before" in
    -r | --read | -e | --emulate | --write)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        ;;
    --split)
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        ;;
    --split-format)
        mapfile -t COMPREPLY < <(compgen -W "pcapng pcap json txt plist outline" -- "$word")
        ;;
    --index)
        mapfile -t COMPREPLY < <(compgen -W "json plist text" -- "$word")
        ;;
    -i | --interface)
        mapfile -t COMPREPLY < <(compgen -W "any $(ls /sys/class/net 2>/dev/null)" -- "$word")
        ;;
    --user)
        mapfile -t COMPREPLY < <(compgen -u -- "$word")
        ;;
    *)
        [[ $word != -* ]] || mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
        ;;
    esac
}

complete -F _connmon connmon
