"""Workbooks as PDF, by LibreOffice: a program of its own, without a window, with settings of its own each time."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from bots.excel.editing.saving import put, refuse_when_open
from bots.excel.reading.sources import kind_of, read_source
from yakin.actions import Context, action
from yakin.errors import ApplicationError, BotError
from yakin.values import FileRef

Seconds = Annotated[float, Field(gt=0)]

_NAMES = ("soffice", "libreoffice")
_ON_WINDOWS = Path("LibreOffice") / "program" / "soffice.com"
"""Below the folder where Windows keeps programs; `.com` waits until LibreOffice has ended."""
_CALCULATE_ALWAYS = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item></oor:items>
"""
"""Totals are calculated when the workbook is opened: a form that was filled in holds no results for its formulas."""


class ConversionFailed(ApplicationError):
    """LibreOffice made no PDF of the workbook."""

    code = "conversion-failed"


@action(idempotent=True)
def to_pdf(path: Path, to: Path | None = None, seconds: Seconds = 120.0, *, ctx: Context) -> FileRef:
    """Print a workbook into a PDF, all sheets as their page settings say.

    LibreOffice does it; it has to be installed on the machine (`[excel] libreoffice` in config/yakin.toml says where, when it
    is not found). Formulas are calculated anew. Fonts that the machine does not have are replaced: look at one PDF first.

    Args:
        path: Workbook (.xlsx, .xlsm, .xlsb, .xls, .ods), relative to the project.
        to: PDF to make, relative to the project; beside the workbook, with its name, when left out.
        seconds: Within so many it has to be done.

    Returns:
        The PDF.

    Raises:
        LibreOfficeMissing: LibreOffice is not installed, or not where the settings say.
        ConversionFailed: LibreOffice made no PDF, or not in time.
        FileInUse: The PDF is open in another program.
        WorkbookUnreadable: There is no such file, or it is locked or no workbook.

    Example:
        - uses: excel.to_pdf
          with: {path: "${{ run.folder }}/${{ item.受付番号 }}.xlsx"}
    """
    file = ctx.path(path)
    target = file.with_suffix(".pdf") if to is None else ctx.path(to)
    kind_of(file)
    if target.suffix.lower() != ".pdf":
        raise ApplicationError("{file} would be a PDF under another name", file=target.name, hint="Name it .pdf")
    data = read_source(file).data
    refuse_when_open(target)
    made = put(target, as_pdf([libreoffice(ctx.config)], file, data, seconds=seconds))
    ctx.log.bind(bytes=made.size).info("workbook printed")
    return made


class LibreOfficeMissing(BotError):
    """LibreOffice is not installed, or not where the settings say."""

    code = "libreoffice-missing"


def libreoffice(config: Mapping[str, Any]) -> str:
    """Where LibreOffice is: as the settings say, else in the path of the system, else where Windows keeps programs.

    Raises:
        LibreOfficeMissing: It is not there.
    """
    told = (config.get("excel") or {}).get("libreoffice")
    if told:
        if not Path(told).is_file():
            raise LibreOfficeMissing(
                "{program} is not there", program=told, hint="Correct [excel] libreoffice in config/yakin.toml"
            )
        return str(told)
    found = next((place for name in _NAMES if (place := shutil.which(name))), None)
    if found is not None:
        return found
    for variable in ("PROGRAMFILES", "PROGRAMFILES(X86)"):
        if (folder := os.environ.get(variable)) and (program := Path(folder) / _ON_WINDOWS).is_file():
            return str(program)
    raise LibreOfficeMissing(
        "LibreOffice is not installed",
        hint="Install LibreOffice (Calc), or say in config/yakin.toml where it is: [excel] libreoffice = …",
    )


def as_pdf(command: Sequence[str], file: Path, data: bytes, *, seconds: float) -> bytes:
    """A workbook as a PDF.

    Args:
        command: How LibreOffice is started.
        file: The workbook, for its name.
        data: Its content.
        seconds: Within so many it has to be done.

    Raises:
        ConversionFailed: LibreOffice made no PDF, or not in time.
    """
    with tempfile.TemporaryDirectory(prefix="yakin-pdf-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        profile = folder / "profile"
        (profile / "user").mkdir(parents=True)
        (profile / "user" / "registrymodifications.xcu").write_text(_CALCULATE_ALWAYS, encoding="utf-8")
        source = folder / f"workbook{file.suffix.lower()}"
        source.write_bytes(data)
        options = ("--headless", "--norestore", "--nolockcheck", "--convert-to", "pdf", "--outdir", str(folder))
        said = _run(
            [*command, f"-env:UserInstallation={profile.as_uri()}", *options, str(source)], file.name, seconds=seconds
        )
        made = source.with_suffix(".pdf")
        if not made.is_file():
            raise ConversionFailed(
                "LibreOffice could not make a PDF of {file}: {reason}",
                file=file.name,
                reason=(said.strip().splitlines() or ["-"])[-1],
                hint="Open it in LibreOffice and look",
            )
        return made.read_bytes()


def _run(command: Sequence[str], file: str, *, seconds: float) -> str:
    """What the program says; it and all that it started are gone afterwards."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        raise ConversionFailed("{file} cannot be started: {reason}", file=command[0], reason=error.strerror) from error
    try:
        return process.communicate(timeout=seconds)[0]
    except subprocess.TimeoutExpired as error:
        raise ConversionFailed(
            "{file} was not a PDF within {seconds} s",
            file=file,
            seconds=f"{seconds:g}",
            hint="Print fewer pages at once, or give it more time with seconds",
        ) from error
    finally:
        _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End a program that still runs, with the programs that it started: LibreOffice begins by starting another one."""
    if process.poll() is not None:
        return
    import psutil

    try:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.NoSuchProcess:
        family = []
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    process.communicate()
