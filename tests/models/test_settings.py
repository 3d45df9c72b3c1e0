"""Settings of every kind: their rules, and that none is accepted and ignored."""

from dataclasses import dataclass

import numpy as np
import pytest

from seqkit.errors import InputError
from seqkit.models.settings import check_settings, check_takes, setting


@dataclass(frozen=True)
class Some:
    kind: str = setting("round", "its kind", choices=("round", "square", "flat"))
    radius: float = setting(
        1.0, "of a round one", above=0, goes_with={"kind": ("round", "flat")}
    )
    count: int = setting(1, "how many", minimum=1)
    shiny: bool = setting(False, "whether it shines")

    def __post_init__(self):
        check_settings(self)


def test_what_goes_with_another_is_refused_without_it():
    assert Some(kind="flat", radius=2.0).radius == 2.0
    assert Some(kind="square", radius=1.0).radius == 1.0
    message = r"^radius goes with kind round or flat; got kind square$"
    with pytest.raises(InputError, match=message):
        Some(kind="square", radius=2.0)


def test_numpy_scalars_become_numbers():
    some = Some(radius=np.float32(0.5), count=np.int64(3), shiny=np.bool_(True))
    values = (some.radius, some.count, some.shiny)
    assert values == (0.5, 3, True)
    assert [type(value) for value in values] == [float, int, bool]


@pytest.mark.parametrize("bad", [{"count": np.float32(1)}, {"radius": np.ones(1)}])
def test_other_numbers_are_refused(bad):
    with pytest.raises(InputError, match="must be of type"):
        Some(**bad)


def test_a_whole_number_may_stand_for_another():
    assert type(Some(radius=2).radius) is float


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"count": 2**31}, "count must be at most 2147483647; got 2147483648"),
        ({"radius": 10**400}, "radius must be a finite number; got 1000.* … 0000"),
        ({"kind": "x" * 500}, "kind must be one of .*; got 'xxx.* … xxxx"),
    ],
    ids=["count", "radius", "kind"],
)
def test_what_is_too_large(given, message):
    with pytest.raises(InputError, match=message) as caught:
        Some(**given)
    assert len(str(caught.value)) < 120


def test_what_a_network_takes():
    check_takes("recurrent_dropout", 0.0, "LRU", 0.0)
    check_takes("recurrent_dropout", 0.5, "lstm", 0.0)
    message = "^LRU takes no recurrent_dropout; got recurrent_dropout 0.5$"
    with pytest.raises(InputError, match=message):
        check_takes("recurrent_dropout", 0.5, "lru", 0.0)
