"""Pages leave no language behind for the tests after them."""

from collections.abc import Iterator

import pytest

from geo.i18n import set_language
from geo.settings import DEFAULT_LANGUAGE


@pytest.fixture(autouse=True)
def french_again() -> Iterator[None]:
    yield
    set_language(DEFAULT_LANGUAGE)
