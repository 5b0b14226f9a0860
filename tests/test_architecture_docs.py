"""A newcomer finds every module in docs/architecture.md."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_every_module_is_in_the_architecture_page():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = [path for path in (ROOT / "geo").rglob("*.py") if "migrations" not in path.parts]
    missing = [
        str(path) for path in modules if not path.stem.startswith("__") and f"| `{path.stem}` |" not in page
    ]
    assert missing == []
