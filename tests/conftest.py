"""Shared fixtures: the toy geography's folder of real data, and a home of one's own for every test."""

from pathlib import Path

import hypothesis
import pytest

# A busy machine makes an example slow, not wrong.
hypothesis.settings.register_profile(
    "couverture", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("couverture")

SHARED_DATA = Path(__file__).resolve().parents[1] / "../shared/data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files beside the repository; skips with the reason where it is absent."""
    folder = SHARED_DATA.resolve()
    if not folder.is_dir():
        pytest.skip(f"no {folder}: the real data files are not part of the repository")
    return folder


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh ``COUVERTURE_HOME``, so that no test reads what the developer has installed."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("COUVERTURE_HOME", str(home))
    monkeypatch.delenv("COUVERTURE_RECORDS", raising=False)
    return home
