"""What a server has come to hold is taken out of the collection of garbage, and looked at again in time."""

import gc
import threading
import time
import tracemalloc
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


def test_the_latest_views_are_kept_by_what_was_asked_alone():
    made = []

    @memory.of_a_view
    def view(key: str, lang: str, _frame: object) -> str:
        made.append((key, lang))
        return f"{key} {lang}"

    assert view(key="a", lang="fr", _frame=[1]) == view(key="a", lang="fr", _frame=[2]) == "a fr"
    assert view(key="a", lang="en", _frame=[1]) == "a en"
    assert made == [("a", "fr"), ("a", "en")]
    for number in range(memory.VIEWS_KEPT):
        view(key=str(number), lang="fr", _frame=None)
    view(key="a", lang="fr", _frame=None)
    assert made.count(("a", "fr")) == 2
    view(key=str(memory.VIEWS_KEPT - 1), lang="fr", _frame=None)
    assert made.count((str(memory.VIEWS_KEPT - 1), "fr")) == 1


def test_a_view_asked_by_many_at_once_is_made_once_and_a_fault_is_not_kept():
    made = []

    @memory.of_a_view
    def view(key: str) -> str:
        made.append(key)
        time.sleep(0.05)
        if len(made) == 1:
            raise ValueError(key)
        return key

    with pytest.raises(ValueError, match="a"):
        view(key="a")
    readers = [threading.Thread(target=view, kwargs={"key": "a"}) for _reader in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert made == ["a", "a"]


def test_views_that_went_leave_nothing_behind():
    @memory.of_a_view
    def view(key: str) -> str:
        return key

    def ask(start: int) -> None:
        for number in range(start, start + 20_000):
            view(key=str(number))

    ask(0)
    tracemalloc.start()
    ask(20_000)
    grown, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Streamlit's own cache keeps some 250 bytes of each: 5 MB.
    assert grown < 500_000, grown
