# To be sourced from a script or a subshell that runs tests: puts an installed plugin aside until that
# ends, since tshark would load it instead of the one under test.
#
# shellcheck shell=sh
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
installed=$(pkg-config --variable=plugindir wireshark)/epan/connmon.so
put_back() { [ ! -e "$installed.aside" ] || $sudo mv "$installed.aside" "$installed"; }
trap put_back EXIT
trap 'exit 1' HUP INT TERM
[ ! -e "$installed" ] || $sudo mv "$installed" "$installed.aside"
