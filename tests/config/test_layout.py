"""The folder `platform/` must never shadow Python's own module of that name."""

import subprocess
import sys
import sysconfig

from django.conf import settings


def test_stdlib_platform_wins_in_the_repository():
    run = [sys.executable, "-c", "import platform; print(platform.__file__)"]
    path = subprocess.check_output(run, cwd=settings.BASE_DIR, text=True)
    assert path.startswith(sysconfig.get_path("stdlib"))


def test_no_package_file_where_there_must_be_none():
    assert not (settings.BASE_DIR / "platform" / "__init__.py").exists()
    assert list((settings.BASE_DIR / "tests").rglob("__init__.py")) == []
