"""The wheel installs and runs from any folder, with nothing of the checkout in reach."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_runs_from_any_folder(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", ROOT],
        check=True,
        capture_output=True,
    )
    (wheel,) = (tmp_path / "dist").glob("colonnade-*.whl")
    # The libraries are those of this environment; only the package itself comes from the wheel.
    venv.create(tmp_path / "venv", with_pip=False)
    (site,) = (tmp_path / "venv/lib").glob("python*/site-packages")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel], check=True
    )
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (site / "libraries.pth").write_text("\n".join(libraries) + "\n")
    code = "import colonnade; print(colonnade.__file__); from colonnade.cli import main; main()"
    run = [
        tmp_path / "venv/bin/python",
        "-I",
        "-c",
        code,
        "build",
        ROOT / "examples/task-management",
        "--out",
        "out",
        "--no-prove",
    ]
    result = subprocess.run(run, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert str(site) in result.stdout.splitlines()[0]
    assert (tmp_path / "out/specs/001-task-management/schema.sql").is_file()
