# Completes the options of connmon for bash, from what connmon --help lists.
# SPDX-License-Identifier: GPL-2.0-or-later

_connmon() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local help row argument choices
    help=$("$1" --help 2>/dev/null)
    row=$(grep -m1 -E -- "^  (-.[, ] |    )?$before[ ,]" <<<"$help")
    argument=$(sed -nE 's/^  ....--[A-Za-z-]+ ([A-Z]+) .*/\1/p' <<<"$row")

    case "$before $argument" in
    *" FORMAT")
        choices=$(grep -oE '[a-z]+(, [a-z]+)* or [a-z]+' <<<"$row" | sed -n '1s/, \| or / /gp')
        mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
        ;;
    *" FILE" | *" DIR")
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        ;;
    "-i NAME" | "--interface NAME")
        mapfile -t COMPREPLY < <(compgen -W "any $(ls /sys/class/net 2>/dev/null)" -- "$word")
        ;;
    "--user NAME")
        mapfile -t COMPREPLY < <(compgen -u -- "$word")
        ;;
    *)
        choices=$(grep -oE '^  (-.)?,? +--[A-Za-z0-9-]+' <<<"$help" | tr , ' ')
        [[ $word != -* ]] || mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$word")
        ;;
    esac
}

complete -F _connmon connmon
