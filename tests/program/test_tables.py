"""Lists in documents and helps, against the tables (*.def) of what they list."""
import re

import pytest

import tables
from conftest import ROOT

FIELDS = tables.rows("src/output/fields.def", "FIELD", "COMPUTED_FIELD")
VALUES = "src/core/connmon.def"
ENUMERATIONS = re.findall(r"^ENUMERATED_TYPE\((\w+),", (ROOT / "src/output/types.def").read_text(), re.M)


def readme_fields():
    """{field: what the README says of it}, of lines that may tell of several"""
    rows = re.findall(r"^\| (`connmon\..+?) \| (.+) \|$", (ROOT / "README.md").read_text(), re.M)
    return {name: text for names, text in rows for name in re.findall(r"`(connmon\.[\w.]+)`", names)}


def test_the_readme_has_all_fields():
    assert {row[5] for row in FIELDS} <= set(readme_fields())


@pytest.mark.parametrize("kind", ENUMERATIONS)
def test_the_readme_has_all_values(kind):
    names = [row[1] for row in tables.rows(VALUES, f"CONNMON_{kind}_VALUE")]
    assert len(set(names)) == len(names) >= 2
    for field in (row[5] for row in FIELDS if row[2] == kind):
        quoted = re.findall(r"`(\w+)`", readme_fields()[field])
        assert [name for name in quoted if name in names] == names


def help_of(path, macro, column):
    return next(row[-1] for row in tables.rows(path, macro) if row[0] == column)


def test_the_columns_tell_all_ends_and_verdicts():
    columns = "src/statistics/columns.def"
    ends = [row[1] for row in tables.rows(VALUES, "CONNMON_END_VALUE")]
    told = help_of(columns, "CONVERSATION_COLUMN", "END").removeprefix("How it ended: ").split(", ")
    assert sorted(told) == sorted(ends)
    causes = [row[1] for row in tables.rows("src/statistics/causes.def", "CAUSE")]
    told = help_of(columns, "VERDICT_COLUMN", "VERDICT").split(": ")[1].replace(", or ", ", ").split(", ")
    assert sorted(told) == sorted(causes)


def test_the_columns_tell_all_kinds_of_exchanges():
    kinds = [row[1] for row in tables.rows("src/transactions/kinds.def", "EXCHANGE_KIND")]
    told = help_of("src/transactions/columns.def", "SUM_COLUMN", "PROTOCOL").split(":")[0]
    assert sorted(told.replace(", or ", ", ").split(", ")) == sorted(kinds)


def test_tables_clean_up():
    """Each undefines the macros that it reads: a second include is as good as the first."""
    for path in [*(ROOT / "src").rglob("*.def"), *(ROOT / "plugin").rglob("*.def")]:
        text = path.read_text()
        used = set(re.findall(r"^([A-Z_]+)\(", text, re.M))
        assert used and used <= set(re.findall(r"^#undef (\w+)", text, re.M)), path
