"""The rules of the house, held by walking the source: who imports what, touches disk, runs at import."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
GEO = ROOT / "geo"
MODULES = sorted(GEO.rglob("*.py"))
PAGES = sorted((ROOT / "pages").glob("*.py"))

# What touches disk, a database or a network; everything else takes frames and returns frames.
SHELL = (
    "geo.io",
    "geo.catalog",
    "geo.store",
    "geo.assets",
    "geo.i18n",
    "geo.commands",
    "geo.ui",
    "geo.__main__",
)
SKIN = ("geo.ui",)
DISK_CALLS = set(
    [
        "open",
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "read_csv",
        "read_file",
        "read_parquet",
        "read_excel",
        "to_parquet",
        "to_file",
        "to_excel",
        "mkdir",
        "unlink",
        "rmtree",
        "mkdtemp",
        "urlopen",
        "connect",
        "urlretrieve",
        "run",
        "Popen",
    ]
)
DISK_MODULES = {
    "sqlite3",
    "zipfile",
    "tempfile",
    "shutil",
    "socket",
    "urllib.request",
    "subprocess",
    "requests",
}
# Calls that only make a constant.
CONSTANT_CALLS = {
    "frozenset",
    "dict",
    "tuple",
    "list",
    "set",
    "zip",
    "range",
    "sorted",
    "reversed",
    "enumerate",
    "len",
    "ord",
    "str",
    "int",
    "float",
    "map",
    "max",
    "min",
    "sum",
    "N_",
    "compile",
    "resolve",
    "join",
    "split",
    "keys",
    "values",
    "items",
    "fromkeys",
    "product",
    "chain",
    "namedtuple",
    "field",
    "date",
    "timedelta",
    "array",
    "maketrans",
    "radians",
    "strip",
    "from_crs",
    "getLogger",
    "startswith",
    "getattr",
    "false",
    "true",
}


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(node: ast.AST) -> Iterator[tuple[str, int]]:
    for found in ast.walk(node):
        if isinstance(found, ast.Call):
            name = found.func
            if isinstance(name, ast.Attribute):
                yield name.attr, found.lineno
            elif isinstance(name, ast.Name):
                yield name.id, found.lineno


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_the_skin_knows_streamlit(path):
    if within(module_name(path), SKIN):
        return
    strange = [name for name in imported(path) if name.split(".")[0] in ("streamlit", "streamlit_folium")]
    assert strange == []


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_nothing_below_imports_the_skin_or_the_command_line(path):
    name = module_name(path)
    if within(name, ("geo.ui", "geo.commands", "geo.__main__")):
        return
    assert [each for each in imported(path) if within(each, ("geo.ui", "geo.commands"))] == []


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_the_shell_touches_disk(path):
    name = module_name(path)
    if within(name, SHELL):
        return
    calls = [f"{call}() in line {line}" for call, line in called(tree(path)) if call in DISK_CALLS]
    modules = [each for each in imported(path) if each in DISK_MODULES]
    assert calls + modules == []


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_the_command_line_prints(path):
    if within(module_name(path), ("geo.commands", "geo.__main__")):
        return
    assert [line for call, line in called(tree(path)) if call == "print"] == []


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__main__.py"], ids=module_name)
def test_an_import_only_defines(path):
    ours = {"." + name.rpartition(".")[2] for name in imported(path) if within(name, ("geo",))}
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Import | ast.ImportFrom):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        assert isinstance(node, ast.Assign | ast.AnnAssign), f"line {node.lineno}: {ast.unparse(node)[:80]}"
        made = {
            call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "?")
            for call in ast.walk(node)
            if isinstance(call, ast.Call)
        }
        # Classes, and pure functions of our own: the test below sees what they would do.
        own = {call for call in made if call[:1].isupper() or call.startswith("_") or f".{call}" in ours}
        assert made - CONSTANT_CALLS - own == set(), f"line {node.lineno}"


def test_importing_everything_opens_no_file_of_ours_and_no_connection():
    names = [module_name(path) for path in MODULES if path.name != "__main__.py"]
    script = f"""
import sys
import folium, geopandas, pandera, pyogrio, streamlit, streamlit_folium  # their own imports are their affair
ours = {[str(ROOT / folder) for folder in ("data", "static", "local")]!r}
def watch(event, arguments):
    if event == "open" and str(arguments[0]).startswith(tuple(ours)):
        raise SystemExit(f"import opened {{arguments[0]}}")
    if event == "os.mkdir" and str(arguments[0]).startswith(tuple(ours)):
        raise SystemExit(f"import made {{arguments[0]}}")
    if event in ("socket.connect", "subprocess.Popen", "sqlite3.connect"):
        raise SystemExit(f"import ran {{event}} {{arguments}}")
sys.addaudithook(watch)
for name in {names!r}:
    __import__(name)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_is_short_named_by_its_address_and_begins_with_page_setup(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) < 120
    assert path.stem.isascii()
    assert path.stem == path.stem.lower()
    run = [node for node in tree(path).body if not isinstance(node, ast.FunctionDef)]
    first = next(call for node in run for call, _line in called(node))
    assert first in ("page_setup", "N_")
    assert "page_setup(" in text


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_calculates_nothing_on_frames(path):
    assert not {name for name in imported(path) if name.split(".")[0] in ("pandas", "numpy", "geopandas")}
    frames = {
        "groupby",
        "merge",
        "sum",
        "mean",
        "agg",
        "assign",
        "apply",
        "pivot",
        "pivot_table",
        "value_counts",
    }
    assert [line for call, line in called(tree(path)) if call in frames] == []


def test_every_module_is_of_a_size_to_read():
    sizes = {module_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert {name: size for name, size in sizes.items() if size > 400} == {}
