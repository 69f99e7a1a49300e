"""`excel.to_pdf`: LibreOffice is found, told what to do, and never waited for without end."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path

import pytest

from bots.excel import pdf
from bots.excel.package import WorkbookUnreadable
from bots.excel.pdf import ConversionFailed, LibreOfficeMissing, as_pdf, libreoffice, to_pdf
from tests.bots.contexts import FakeContext
from tests.bots.excel.workbooks import workbook
from yakin.errors import ApplicationError


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return workbook(tmp_path / "通知.xlsx", [["氏名", "支給額"], ["髙橋 美咲", 15000]])


def office(folder: Path, does: str) -> list[str]:
    """A program in LibreOffice's place."""
    program = folder / "office.py"
    program.write_text(
        "import sys, time, subprocess\nfrom pathlib import Path\n" + textwrap.dedent(does), encoding="utf-8"
    )
    return [sys.executable, str(program)]


PRINTS = """
out = Path(sys.argv[sys.argv.index("--outdir") + 1])
source = Path(sys.argv[-1])
profile = next(each for each in sys.argv if each.startswith("-env:UserInstallation=file://"))
settings = (out / "profile" / "user" / "registrymodifications.xcu").read_text(encoding="utf-8")
assert "OOXMLRecalcMode" in settings and profile.endswith("/profile")
(out / source.with_suffix(".pdf").name).write_bytes(b"%PDF-1.7 of " + str(source.stat().st_size).encode())
"""


def test_a_workbook_becomes_a_pdf_with_a_profile_of_its_own(book: Path, tmp_path: Path) -> None:
    data = book.read_bytes()
    assert as_pdf(office(tmp_path, PRINTS), book, data, seconds=30) == b"%PDF-1.7 of " + str(len(data)).encode()


def test_the_pdf_stands_beside_the_workbook_or_where_it_is_wanted(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "libreoffice", lambda config: "soffice")
    monkeypatch.setattr(pdf, "as_pdf", lambda command, file, data, seconds: b"%PDF")
    assert Path(to_pdf(Path(book.name), ctx=FakeContext(tmp_path)).path).name == "通知.pdf"
    made = to_pdf(Path(book.name), Path("out/控え.pdf"), ctx=FakeContext(tmp_path))
    assert Path(made.path) == (tmp_path / "out" / "控え.pdf").resolve()


def test_what_libreoffice_says_is_told_when_it_makes_nothing(book: Path, tmp_path: Path) -> None:
    command = office(tmp_path, "print('convert'); print('Error: source file could not be loaded')")
    with pytest.raises(ConversionFailed, match="source file could not be loaded"):
        as_pdf(command, book, b"PK", seconds=30)


def test_libreoffice_that_hangs_is_ended_with_all_that_it_started(book: Path, tmp_path: Path) -> None:
    import psutil

    command = office(
        tmp_path,
        f"""
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        Path({str(tmp_path / "pid")!r}).write_text(str(child.pid))
        child.wait()
        """,
    )
    with pytest.raises(ConversionFailed, match="within 2 s"):
        as_pdf(command, book, b"PK", seconds=2)
    pid = int((tmp_path / "pid").read_text())
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_the_settings_say_where_libreoffice_is(tmp_path: Path) -> None:
    program = tmp_path / "soffice"
    program.touch()
    assert libreoffice({"excel": {"libreoffice": str(program)}}) == str(program)
    with pytest.raises(LibreOfficeMissing, match="is not there"):
        libreoffice({"excel": {"libreoffice": str(tmp_path / "gone")}})


def test_a_machine_without_libreoffice_is_told_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("PROGRAMFILES", raising=False)
    monkeypatch.delenv("PROGRAMFILES(X86)", raising=False)
    with pytest.raises(LibreOfficeMissing, match="not installed"):
        libreoffice({})


def test_the_usual_place_on_windows_is_looked_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "Program Files" / "LibreOffice" / "program" / "soffice.com"
    program.parent.mkdir(parents=True)
    program.touch()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PROGRAMFILES", str(tmp_path / "Program Files"))
    assert libreoffice({}) == str(program)


def test_what_is_no_workbook_is_refused_before_libreoffice_is_asked(tmp_path: Path) -> None:
    (tmp_path / "通知.xlsx").write_bytes(b"")
    with pytest.raises(WorkbookUnreadable):
        to_pdf(Path("通知.xlsx"), ctx=FakeContext(tmp_path))


@pytest.mark.parametrize("name", ["form.xlsx", "out.txt"])
def test_a_pdf_never_stands_in_place_of_a_workbook(tmp_path: Path, name: str) -> None:
    book = workbook(tmp_path / "form.xlsx", [["氏名"]])
    before = book.read_bytes()

    with pytest.raises(ApplicationError, match="would be a PDF under another name"):
        to_pdf(book, Path(name), ctx=FakeContext(tmp_path))

    assert book.read_bytes() == before
