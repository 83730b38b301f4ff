"""The wheel holds exactly what the tree holds, imports go one way, and start-up stays light."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FOLDERS = {
    "rbench": "rbench",
    "metrics": "rbench/metrics",
    "harness": "rbench/harness",
    "leaderboards": "rbench/leaderboards",
    "data_cards": "rbench/data_cards",
}

# Lower layers never import higher ones.
LAYERS = [
    ["rbench.errors", "rbench.assets"],
    ["rbench.metrics"],
    ["rbench.data_cards"],
    ["rbench.harness"],
    ["rbench.zoo", "rbench.tasks"],
    ["rbench.embedded", "rbench.leaderboards"],
    ["rbench.evaluation"],
    ["rbench.api"],
    ["rbench.cli"],
]

HEAVY = [
    "torch", "transformers", "datasets", "pandas", "pyarrow", "matplotlib", "aiohttp", "numpy",
    "scipy", "jinja2", "sympy", "pint", "math_verify", "mpmath", "PIL",
]  # fmt: skip


def sources() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", *FOLDERS],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout.split("\n")  # fmt: skip
    return [Path(name) for name in listed if name and (ROOT / name).is_file()]


def installed_name(path: Path) -> str:
    return str(Path(FOLDERS[path.parts[0]]).joinpath(*path.parts[1:]))


def test_the_wheel_holds_what_the_tree_holds(tmp_path: Path) -> None:
    copy = tmp_path / "tree"
    for path in [*sources(), *map(Path, ("pyproject.toml", "setup.py", "README.md", "LICENSE"))]:
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_bytes((ROOT / path).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation",
         "--wheel-dir", str(tmp_path), str(copy)],
        check=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    held = {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}
    assert held == {installed_name(path) for path in sources()}


def module_name(path: Path) -> str:
    return installed_name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def layer(module: str) -> int | None:
    for level, names in enumerate(LAYERS):
        if any(module == name or module.startswith(name + ".") for name in names):
            return level
    return None


def test_imports_go_one_way() -> None:
    wrong = []
    for path in sources():
        level = layer(module_name(path)) if path.suffix == ".py" else None
        if level is None:
            continue
        for node in ast.walk(ast.parse((ROOT / path).read_text())):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            else:
                continue
            for name in names:
                target = layer(name)
                if target is not None and target > level:
                    wrong.append(f"{path}:{node.lineno} imports {name}")
    assert wrong == []


def test_every_module_has_a_layer() -> None:
    loose = {
        module_name(p) for p in sources() if p.suffix == ".py" and layer(module_name(p)) is None
    }
    assert loose == {"rbench", "rbench.__main__"}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["list"], ["show", "task", "rbench-t"], ["show", "adapter", "openai"],
     ["show", "adapter", "hf"], ["evaluate", "--help"], ["evaluate", "no-such-task"],
     ["assets", "list"], ["metrics", "--help"], ["stats", "--help"], ["check", "--help"],
     ["list", "presets"]],
    ids=" ".join,
)  # fmt: skip
def test_looking_around_loads_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from rbench.cli import main; code = main(sys.argv[1:]);"
        f"print(sorted(set({HEAVY!r}) & set(sys.modules)), code, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    loaded, _, exit_code = done.stderr.strip().split("\n")[-1].rpartition(" ")
    assert loaded == "[]"
    assert exit_code == ("2" if "no-such-task" in arguments else "0")


def test_the_public_names_can_all_be_imported_and_are_all() -> None:
    import rbench

    assert sorted(rbench.__all__) == rbench.__all__
    for name in rbench.__all__:
        assert getattr(rbench, name).__doc__
    with pytest.raises(AttributeError, match="evaluat"):
        rbench.evaluat  # noqa: B018
