"""The README's table of all networks is the one that its command writes."""

from benchmarks.networks.table import HEADINGS, README, SPEED, rows, table_in


def without_speed(table):
    return [row[:SPEED] + row[SPEED + 1 :] for row in table]


def test_it_is_not_stale():
    found = table_in(README.read_text(encoding="utf-8"))
    assert without_speed(found) == without_speed(rows())


def test_every_network_has_a_paper_and_a_size():
    for row in rows():
        named = dict(zip(HEADINGS, row, strict=True))
        assert named["paper"][-4:].isdigit(), row
        assert int(named["parameters"].replace(",", "")) > 0
