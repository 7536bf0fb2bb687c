"""Who asks for a value gets it, however the question is put; who does not ask pays nothing."""
import os
import re
import shutil
import subprocess

import pytest

import harness
import oracle

CAPTURE = harness.ROOT / "captures/seq-events.pcap"

DETAILS = [["-Vr"], ["-nVr"], ["-VY", "tcp", "-r"], ["-PVr"], ["-xVr"], ["-lVr"], ["-q", "-P", "-V", "-r"],
           ["-Oconnmon", "-r"], ["-nO", "connmon", "-r"], ["-V", "-c100", "-r"], ["-2Vr"],
           ["-2", "-nVr"], ["-n2VY", "tcp", "-r"], ["-2", "-V", "-o", "tcp.desegment_tcp_streams:FALSE", "-r"],
           ["-2O", "connmon", "-r"], ["-Y", "tcp", "-2Vr"], ["--color", "-Vr"],
           ["-2", "--capture-comment", "-Tfields", "-w", "/dev/null", "-PV", "-r"]]
OUTPUTS = [["-Tpdml"], ["-T", "pdml"], ["-nTpdml"], ["-Tjson"], ["-lTjson"], ["-nTek"], ["-T", "ek"],
           ["-T", "json", "-J", "connmon"], ["-T", "json", "-j", "connmon"], ["-2nTpdml"], ["-2lTjson"],
           ["-2Tek"], ["-2", "-Tjson", "-jconnmon"], ["-2", "-T", "json", "-J", "connmon"]]
NAMES = [["-Y", "connmon.seq_event"], ["-Y", "connmon"], ["-nYconnmon"], ["-2Yconnmon"], ["-2Rconnmon"],
         ["-2nY", "connmon.seq_event"], ["-Y_ws.expert.group"], ["-2", "-Y", "_ws.expert"],
         ["-Tfields", "-e", "connmon"], ["-2nTfields", "-econnmon"]]


@pytest.fixture(scope="module")
def named(wireshark):
    """A folder of other names for tshark, and wrappers around it."""
    folder = wireshark.dir / "names"
    folder.mkdir()
    program = shutil.which("tshark")
    (folder / "tshark-4.0").symlink_to(program)
    (folder / "capture").symlink_to(program)
    for name, line in {"wrapper": f'exec {program} "$@"', "renamed": f'exec -a mine {program} "$@"',
                       "option": f'exec -a -V {program} "$@"',
                       "fields": f'exec -a -Tfields {program} "$@"', "read": f'exec -a -r {program} "$@"', "empty": f"exec -a '' {program} \"$@\""}.items():
        (folder / name).write_text(f"#!/bin/bash\n{line}\n")
        (folder / name).chmod(0o755)
    wireshark.own(folder)
    return folder


def shown(text):
    """How many packets have our part among their details, in whatever format."""
    return max(len(re.findall(p, text, re.M)) for p in (r"^\[?Connection Monitor", r'<proto name="connmon"',
                                                        r'^ *"connmon": \{', r'"layers":.*"connmon":'))


def run(wireshark, *words, program="tshark"):
    done = wireshark.execute(program, *words)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def packets(wireshark):
    return len(oracle.expectations(CAPTURE))


@pytest.mark.parametrize("words", DETAILS, ids=" ".join)
def test_clusters_of_options(wireshark, packets, words):
    assert shown(run(wireshark, *words, wireshark.share(CAPTURE))) == packets


@pytest.mark.parametrize("words", OUTPUTS, ids=" ".join)
def test_outputs(wireshark, packets, words):
    assert shown(run(wireshark, *words, "-r", wireshark.share(CAPTURE))) == packets


@pytest.mark.parametrize("words", NAMES, ids=" ".join)
def test_names(wireshark, words):
    found = run(wireshark, *words, "-r", wireshark.share(CAPTURE))
    assert len(found.splitlines()) > 3


@pytest.mark.parametrize("words", [["-qzexpert"], ["-2qz", "expert,note"]], ids=" ".join)
def test_expert_tap(wireshark, words):
    assert "passed the capture point before" in run(wireshark, *words, "-r", wireshark.share(CAPTURE))


PROGRAMS = ["tshark-4.0", "capture", "wrapper", "renamed", "option", "fields", "read", "empty"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_names_of_the_program(wireshark, packets, named, program):
    file = wireshark.share(CAPTURE)
    table = run(wireshark, "-nqr", file, "-z", "connmon,conv")
    assert len(table.splitlines()) > 2
    for words in (["-Vr"], ["-2Vr"], ["-2nTjson", "-r"]):
        assert shown(run(wireshark, *words, file, program=named / program)) == packets
    assert run(wireshark, "-nqr", file, "-z", "connmon,conv", program=named / program) == table
    wrong = wireshark.execute(named / program, "-r", file, "-z", "connmon,nothing")
    assert wrong.returncode == 1 and "it must be one of: connmon,lines" in wrong.stderr


def test_loader(wireshark, packets):
    """The command line begins with another program."""
    loader = re.search(r"(/\S*ld-linux\S*)", subprocess.run(
        ["ldd", shutil.which("tshark")], capture_output=True, text=True).stdout)
    if not loader:
        pytest.skip("no ld.so")
    words = [shutil.which("tshark"), "-2Vr", wireshark.share(CAPTURE)]
    assert shown(run(wireshark, *words, program=loader[1])) == packets


def test_without_proc(wireshark, packets):
    if os.geteuid() != 0 or subprocess.run(["unshare", "-m", "true"]).returncode:
        pytest.skip("no mounts of one's own")
    for words in (["-Vr"], ["-2Vr"], ["-2Tjson", "-r"], ["-nqz", "connmon,csv", "-r"]):
        command = wireshark.command("tshark", *words, wireshark.share(CAPTURE))
        hidden = ["unshare", "-m", "sh", "-c",
                  'mount -t tmpfs none /proc && [ ! -e /proc/self ] && exec "$@"', "sh", *command]
        done = subprocess.run(hidden, capture_output=True, text=True, cwd=wireshark.dir,
                              env=wireshark.environment())
        assert done.returncode == 0, done.stderr
        found = len(done.stdout.splitlines()) - 1 if "connmon,csv" in words else shown(done.stdout)
        assert found == packets


TAP = """
local tap = Listener.new("frame", nil, true)
function tap.packet(pinfo)
    for _, field in ipairs({all_field_infos()}) do
        if field.name == "connmon.flow_bytes" then print(pinfo.number, field.value) end
    end
end
"""
POST = """
local post = Proto("post", "Post")
function post.dissector(buffer, pinfo)
    for _, field in ipairs({all_field_infos()}) do
        if field.name == "connmon.flow_bytes" then print(pinfo.number, field.value) end
    end
end
register_postdissector(post, true)
"""
FIELD = """
local flow = Field.new("connmon.flow_bytes")
local tap = Listener.new("frame")
function tap.packet(pinfo)
    if flow() then print(pinfo.number, flow().value) end
end
"""
PLAIN_POST = """
local seen, message = Field.new("connmon"), Field.new("_ws.expert.message")
local post = Proto("post", "Post")
function post.dissector(buffer, pinfo)
    if seen() and message() then print(pinfo.number, "-") end
end
register_postdissector(post)
"""
FILTER = """
local tap = Listener.new("frame", "connmon")
function tap.packet(pinfo)
    print(pinfo.number, "-")
end
"""
LATE = """
local seen = 0
local tap = Listener.new("frame")
function tap.packet()
    seen = seen + 1
    if seen == 5 then
        late = Listener.new(%s)
        function late.packet(pinfo) print(pinfo.number, "late") end
    end
end
"""


def write_script(wireshark, script):
    if "with Lua" not in run(wireshark, "--version"):
        pytest.skip("no Lua")
    path = wireshark.dir / f"script-{len(script)}.lua"
    path.write_text(script)
    path.chmod(0o644)
    return f"lua_script:{path}"


@pytest.mark.parametrize("what", ['"frame", "connmon.flow"', '"frame", "connmon"', '"connmon"'])
def test_who_asks_late_is_measured_from_then_on(wireshark, what):
    script = write_script(wireshark, LATE % what)
    out = run(wireshark, "-X", script, "-q", "-r", wireshark.share(CAPTURE))
    found = [int(n) for n in re.findall(r"^(\d+)\tlate$", out, re.M)]
    assert found == [n for n in oracle.expectations(CAPTURE) if n > 5]


@pytest.mark.parametrize("words", [["-n"], ["-2n"], ["-2nTfields", "-eip.src"], ["-2nqz", "conv,tcp"]],
                         ids=" ".join)
def test_lua_post_dissector_that_makes_no_tree(wireshark, words):
    """The script must not name us on the command line."""
    script = write_script(wireshark, PLAIN_POST)
    out = run(wireshark, "-X", script, *words, "-r", wireshark.share(CAPTURE))
    assert len(re.findall(r"^\d+\t-$", out, re.M)) > 10


@pytest.mark.parametrize("pass_", ["-n", "-2"])
def test_macros(wireshark, pass_):
    words = profile(wireshark, "macros", "dfilter_macros", '"what","connmon"\n')
    out = run(wireshark, pass_, "-qz", "conv,tcp,${what}", *words, "-r", wireshark.share(CAPTURE))
    assert "192.0.2.1:40000" in out


@pytest.mark.parametrize("words", [["-q"], ["-2q"], ["-Tfields", "-eip.src"]], ids=" ".join)
@pytest.mark.parametrize("script", [TAP, POST, FIELD, FILTER], ids=["tap", "post", "field", "filter"])
def test_lua(wireshark, script, words):
    path = write_script(wireshark, script)
    if script == POST and words != ["-Tfields", "-eip.src"]:
        words = [words[0], "-z", "io,phs"]  # a post-dissector makes no tree
    out = run(wireshark, "-X", path, *words, "-r", wireshark.share(CAPTURE))
    found = {int(n): value for n, value in re.findall(r"^(\d+)\t(\d+|-)$", out, re.M)}
    rows = oracle.expectations(CAPTURE)
    assert found == {n: "-" if script == FILTER else row["flow_bytes"] for n, row in rows.items()
                     if script == FILTER or row["flow_bytes"] != "-"}  # a copy has none


COLUMNS = {"%a": "Note", "%Cus:_ws.expert.severity:0:R": "Note|4194304", "%Cus:connmon:0:R": "✓|connmon.*",
           "%Cus:connmon.flow:0:R": r"\d+"}


@pytest.mark.parametrize("pass_", ["-n", "-2"])
@pytest.mark.parametrize("column", COLUMNS)
def test_columns(wireshark, packets, column, pass_):
    """%a is the column of Wireshark's expert information, among which is ours."""
    option = f'gui.column.format:"No","%m","Us","{column}"'
    out = run(wireshark, pass_, "-Tpsml", "-o", option, "-o", "tcp.analyze_sequence_numbers:FALSE", "-r",
              wireshark.share(CAPTURE))
    found = re.findall(rf"</section>\s*<section>.*(?:{COLUMNS[column]}).*</section>\s*</packet>", out)
    assert len(found) == packets if "connmon" in column else len(found) > 3


def profile(wireshark, name, file, text):
    folder = wireshark.dir / "profiles" / name
    if not folder.exists():
        folder.mkdir(parents=True)
        (folder / file).write_text(text)
        wireshark.install_profile(folder)
    return ["-C", name]


@pytest.mark.parametrize("pass_", ["-n", "-2"])
def test_colors_of_a_profile(wireshark, packets, pass_):
    """Where nothing but a file names the protocol."""
    words = profile(wireshark, "colored", "colorfilters", "@mine@connmon@[4660,22136,39612][1,2,3]\n")
    out = run(wireshark, pass_, *words, "--color", "-Tpsml", "-r", wireshark.share(CAPTURE))
    assert len(re.findall("='#000000' background='#12569a'", out)) == packets, out


QUIET = [["-q", "-z", "conv,tcp"], ["-n"], ["-Tfields", "-eframe.number"], ["-2n"], ["-2Tfields", "-eip.src"],
         ["-Ttabs"], ["-2qz", "conv,tcp"], ["-qzio,phs"], ["-Y", "tcp"], ["-2Y", "tcp.analysis.flags"]]


def limited(wireshark):
    """Limits that drop something tell so, if anything is measured."""
    return profile(wireshark, "limited", "preferences", "connmon.max_outstanding: 1\n")


@pytest.mark.parametrize("words", QUIET, ids=" ".join)
def test_who_does_not_ask_pays_nothing(wireshark, words):
    done = wireshark.execute("tshark", *words, *limited(wireshark), "-r", wireshark.share(CAPTURE))
    assert "connmon" not in done.stdout.lower() and "limits dropped" not in done.stderr


def test_a_files_name_asks_for_nothing(wireshark):
    file = wireshark.home / "connmon-expert.pcap"
    shutil.copy(CAPTURE, file)
    wireshark.own(file)
    for words in (["-r", file], [f"-nr{file}"], ["-w", wireshark.home / "connmon.pcap", "-r", file]):
        done = wireshark.execute("tshark", "-qz", "conv,tcp", *limited(wireshark), *words)
        assert "limits dropped" not in done.stderr


def test_who_asks_is_measured(wireshark):
    done = wireshark.execute("tshark", "-V", *limited(wireshark), "-r", wireshark.share(CAPTURE))
    assert "limits dropped" in done.stderr
