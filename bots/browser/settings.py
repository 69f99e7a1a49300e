"""What `[browser]` in `config/yakin.toml` can say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from yakin.errors import ConfigError


@dataclass(frozen=True, slots=True)
class BrowserSettings:
    """Settings of the browser.

    Attributes:
        executable: Program to use instead of looking for one.
        channel: Branded browser to use instead of looking for one, such as `msedge` or `chrome`.
        headless: False shows the window.
        timeout: Seconds to wait until a target appears.
        page_timeout: Seconds to wait until a page has been loaded.
        proxy: Address of an HTTP proxy, such as `http://proxy.town.example.jp:8080`; none is used when left out, whatever
            the machine's own settings are, so that the list of allowed hosts holds.
    """

    executable: str | None = None
    channel: str | None = None
    headless: bool = True
    timeout: float = 10.0
    page_timeout: float = 30.0
    proxy: str | None = None

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> BrowserSettings:
        """Read the settings of a project.

        Raises:
            ConfigError: There is a setting of another name, or one has the wrong type.
        """
        section = config.get("browser", {})
        known = {field.name: field.default for field in fields(cls)}
        for name, value in section.items():
            if name not in known:
                raise ConfigError(
                    "There is no setting {name} in [browser]",
                    name=name,
                    hint="There are {known}",
                    known=", ".join(known),
                )
            wanted = (bool,) if name == "headless" else (int, float) if "timeout" in name else (str,)
            if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
                raise ConfigError("[browser] {name} = {value} has the wrong type", name=name, value=value)
        settings = cls(**section)
        if settings.executable and not Path(settings.executable).is_file():
            raise ConfigError(
                "[browser] executable = {path}: there is no such file",
                path=settings.executable,
                hint="Correct config/yakin.toml, or leave the setting out to have a browser looked for",
            )
        return settings
