"""What a server has come to hold is taken out of the collection of garbage, and looked at again in time."""

import gc
import weakref

import pytest

from geo.ui import memory


@pytest.fixture(autouse=True)
def _thawed():
    yield
    gc.unfreeze()


class Ring:
    """Refers to itself: only the collection of garbage ends it."""

    def __init__(self) -> None:
        self.itself = self


def test_what_is_held_is_settled_every_ten_runs():
    memory.settle_now_and_then()
    held = [Ring() for _each in range(1000)]
    before = gc.get_freeze_count()
    for _run in range(memory.RUNS):
        memory.settle_now_and_then()
    assert gc.get_freeze_count() >= before + len(held)


def test_what_ended_after_it_was_settled_goes_in_the_end():
    ring = Ring()
    gone = weakref.ref(ring)
    memory.settle()
    del ring
    gc.collect()
    assert gone() is not None
    for _settling in range(memory.SETTLINGS):
        memory.settle()
    assert gone() is None
