"""The report as one HTML file."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.unit.reports import made_up_runs as runs
from yakin import events as ev
from yakin.actions.context import Evidence
from yakin.errors import BusinessError
from yakin.reports import html
from yakin.reports.evidence import Exhibits, Links
from yakin.storage import FolderStorage, StorageError, open_storage

HOSTILE = "\"><script>alert(1)</script><img src=x onerror=alert(2)>' onmouseover='x {{7*7}} </style></title>&amp;"
VOID = {"meta", "link", "img", "input", "br", "rect", "use", "path", "circle"}


class Page(HTMLParser):
    """What a page is made of; fails on elements that are not closed properly."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("name", runs.ALL)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_page_is_well_formed_and_needs_nothing_else(name: str, language: str, tmp_path: Path) -> None:
    page = Page(html.render(runs.ALL[name](tmp_path).result(), **runs.place(tmp_path), language=language))
    assert page.all("html") == [{"lang": language}]
    assert not page.all("link")
    assert all("src" not in attributes for attributes in page.all("script"))
    assert all((attributes["src"] or "").startswith("data:image/jpeg;base64,") for attributes in page.all("img"))
    assert all((one["href"] or "").startswith("#") for one in (*page.all("a"), *page.all("use")))


@pytest.mark.parametrize("name", runs.ALL)
def test_ids_are_unique_and_every_link_and_label_has_its_end(name: str, tmp_path: Path) -> None:
    page = Page(html.render(runs.ALL[name](tmp_path).result(), **runs.place(tmp_path), language="ja"))
    ids = Counter(one["id"] for _, one in page.elements if one.get("id"))
    assert max(ids.values()) == 1
    ends = [(one["href"] or "")[1:] for one in (*page.all("a"), *page.all("use"))]
    ends += [one["for"] or "" for one in page.all("label") if "for" in one]
    ends += [one["aria-labelledby"] or "" for one in page.all("section")]
    assert set(ends) <= set(ids)


def test_it_opens_on_the_first_failed_step_with_its_picture_and_folds_the_rest(tmp_path: Path) -> None:
    text = html.render(runs.broken_step(tmp_path).result(), **runs.place(tmp_path), language="ja")
    steps = re.split(r'<li class="step ', text)[1:]
    assert ["<details open>" in step for step in steps] == [False, False, True]
    assert "<img" in steps[2]
    assert "登録を確定する" in steps[2]


def test_rows_that_a_check_set_aside_are_shown_like_items(tmp_path: Path) -> None:
    story = runs.Story(tmp_path)
    story.tell(ev.StepStarted(run=runs.RUN, step="precheck", title="点検", uses="table.check", line=3))
    aside = ev.RowSetAside(run=runs.RUN, step="precheck", key="20260020", label="[受付]:23", error=runs.IMPOSSIBLE)
    story.tell(aside)
    story.end("precheck")
    text = html.render(story.finish(), **runs.place(tmp_path), language="ja")
    assert re.findall(r'<article class="card beside v-(\w+) alone"', text) == ["set_aside"]
    assert "<details open>" in text


def test_items_that_need_a_person_stand_large_the_most_urgent_first(tmp_path: Path) -> None:
    text = html.render(runs.broken(tmp_path).result(), **runs.place(tmp_path), language="ja")
    assert re.findall(r'<article class="card beside v-(\w+)', text) == ["failed"] * 5 + ["set_aside"]


def test_every_picture_is_there_once(tmp_path: Path) -> None:
    result = runs.usual(tmp_path).result()
    page = Page(html.render(result, **runs.place(tmp_path), language="ja"))
    assert len(page.all("img")) == sum(len(item.evidence) for item in result.items) == 39


def test_the_policy_admits_our_own_style_and_script_only(tmp_path: Path) -> None:
    text = html.render(runs.usual(tmp_path).result(), **runs.place(tmp_path), language="ja")
    policy = next(
        one["content"] or "" for one in Page(text).all("meta") if one.get("http-equiv") == "Content-Security-Policy"
    )
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for name in ("style", "script"):
        body = re.search(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)
        assert body is not None
        digest = base64.b64encode(hashlib.sha256(body[1].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert not any("style" in one or any(name.startswith("on") for name in one) for _, one in Page(text).elements)


def test_whatever_a_field_holds_is_shown_as_text(tmp_path: Path) -> None:
    story = runs.Story(tmp_path, title=HOSTILE)
    error = BusinessError("The system refused: {text}", text=HOSTILE, hint=HOSTILE).info()
    shot = runs.picture(tmp_path, "confirm", "x")
    shot = (replace(shot[0], name=HOSTILE), Evidence(HOSTILE, f"javascript:{HOSTILE}", "", HOSTILE))
    story.step(HOSTILE, HOSTILE, HOSTILE, line=1, status="failed", error=error, evidence=shot)
    story.tell(ev.StepStarted(run=runs.RUN, step="entry", title=HOSTILE, uses=HOSTILE, line=2))
    story.tell(ev.ItemsCreated(run=runs.RUN, step="entry", keys=(HOSTILE,), labels={HOSTILE: HOSTILE}))
    story.item(HOSTILE, "failed", error=error, result={HOSTILE: HOSTILE}, evidence=shot, at_step=HOSTILE)
    story.tell(ev.Noted(run=runs.RUN, step="entry", kind=HOSTILE, item=HOSTILE, data={HOSTILE: HOSTILE}))
    texts = {HOSTILE: HOSTILE}
    result = replace(
        story.finish("failed", BusinessError(HOSTILE).info()),
        id=HOSTILE,
        workflow=HOSTILE,
        workflow_hash=HOSTILE,
        actor=HOSTILE,
        section=HOSTILE,
        inputs=texts,
        files=texts,
        facts=texts,
        selection=texts,
    )
    text = html.render(result, **runs.place(tmp_path), language="ja")
    page = Page(text)
    assert len(page.all("script")) == 1
    assert all("onerror" not in one and "onmouseover" not in one for _, one in page.elements)
    assert HOSTILE not in text
    assert "{{7*7}}" in text


def test_evidence_outside_the_runs_folder_is_never_shown(tmp_path: Path) -> None:
    (tmp_path / runs.RUN).mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    story = runs.Story(tmp_path)
    outside = tuple(
        Evidence("x", path, "", "image/jpeg")
        for path in ("../secret.jpg", str(tmp_path / "secret.jpg"), "\x00", "gone.jpg")
    )
    story.step("a", "a", "a", line=1, evidence=outside)
    text = html.render(story.finish(), **runs.place(tmp_path), language="ja")
    assert base64.b64encode(b"secret").decode() not in text
    assert text.count('class="missing"') == 4


def test_a_picture_that_is_not_the_recorded_one_is_told(tmp_path: Path) -> None:
    result = runs.broken_step(tmp_path).result()
    path = tmp_path / runs.RUN / result.steps[-1].evidence[0].path
    path.write_bytes(path.read_bytes() + b"!")
    assert 'class="altered"' in html.render(result, **runs.place(tmp_path), language="ja")


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_a_link_in_the_runs_folder_that_leads_out_of_it_is_never_followed(tmp_path: Path) -> None:
    (tmp_path / runs.RUN).mkdir()
    (tmp_path / "secret.jpg").write_bytes(b"secret")
    (tmp_path / runs.RUN / "way.jpg").symlink_to(tmp_path / "secret.jpg")
    story = runs.Story(tmp_path)
    story.step("a", "a", "a", line=1, evidence=(Evidence("x", "way.jpg", "", "image/jpeg"),))
    text = html.render(story.finish(), **runs.place(tmp_path), language="ja")
    assert base64.b64encode(b"secret").decode() not in text
    assert text.count('class="missing"') == 1


def test_pictures_taken_on_another_machine_are_shown_and_what_cannot_be_embedded_is_named(tmp_path: Path) -> None:
    storage = open_storage("memory://reports")
    kept = storage.write(f"{runs.RUN}/evidence/found.jpg", b"a picture")
    listed = storage.write(f"{runs.RUN}/evidence/list.txt", b"a list")
    shots = tuple(
        Evidence(name, path.removeprefix(f"{runs.RUN}/"), hashlib.sha256(data).hexdigest(), kind)
        for name, path, data, kind in (
            ("found", kept, b"a picture", "image/jpeg"),
            ("list", listed, b"a list", "text/plain"),
        )
    )
    story = runs.Story()
    story.step("a", "a", "a", line=1, evidence=shots)
    text = html.render(story.finish(), folder=tmp_path, storage=storage, language="ja")
    assert base64.b64encode(b"a picture").decode() in text
    assert f"list: memory://reports/{listed}" in text
    assert 'class="missing"' not in text
    assert 'class="altered"' not in text


def test_evidence_in_a_folder_elsewhere_is_linked_by_its_whole_address(tmp_path: Path) -> None:
    result = runs.usual(tmp_path / "kept").result()
    links = Links(runs.RUN, open_storage(tmp_path / "kept"), tmp_path / "reports" / runs.RUN)
    shown = Exhibits(result, links, limit=0).show(result.items[0].evidence)
    assert shown[0].link == (tmp_path / "kept" / runs.RUN / result.items[0].evidence[0].path).as_uri()


def test_a_report_is_made_without_pictures_when_the_storage_cannot_be_reached(tmp_path: Path) -> None:
    class Unreachable(FolderStorage):
        def sizes(self, path: str) -> Mapping[str, int]:
            raise StorageError("{place} cannot be read: {error}", place=path, error="no network")

    result = runs.usual(tmp_path).result()
    text = html.render(result, folder=tmp_path, storage=Unreachable(tmp_path), language="ja")
    assert "<img" not in text
    assert 'class="missing"' in text


def test_too_many_pictures_are_linked_except_those_of_what_went_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = runs.usual(tmp_path).result()
    exhibits = Exhibits(result, Links(runs.RUN, open_storage(tmp_path), tmp_path / runs.RUN), limit=100_000)
    shown = {item.key: exhibits.show(item.evidence) for item in result.items}
    assert shown["20260031"][0].source.startswith("data:")
    assert shown["20260001"][0].link == "evidence/entry/20260001-confirm.jpg"
    assert not shown["20260001"][0].source


def test_no_more_is_embedded_than_the_limit_even_when_everything_went_wrong(tmp_path: Path) -> None:
    result = runs.broken(tmp_path).result()
    exhibits = Exhibits(result, Links(runs.RUN, open_storage(tmp_path), tmp_path / runs.RUN), limit=100_000)
    sources = [one.source for item in result.items for one in exhibits.show(item.evidence) if one.source]
    assert len(sources) == 2


def test_the_same_note_of_many_items_is_told_once(tmp_path: Path) -> None:
    story = runs.Story(tmp_path)
    for key in story.block(40):
        story.registered(key)
        note = ev.Noted(run=runs.RUN, step="entry.2", kind="label-fallback", item=key, data={"target": "世帯番号"})
        story.tell(note)
    story.end("entry")
    text = html.render(story.finish(), **runs.place(tmp_path), language="ja")
    assert text.count("target: 世帯番号") == 1
    assert "×40" in text


def test_five_thousand_rows_are_rendered_in_seconds() -> None:
    result = runs.large().result()
    begin = time.process_time()
    text = html.render(result, **runs.place(Path("nowhere")), language="ja")
    assert time.process_time() - begin < 10
    assert text.count('<th role="rowheader"') == 5_000


def test_items_of_several_blocks_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    story = runs.usual(tmp_path)
    story.records.pop()
    story.tell(ev.StepStarted(run=runs.RUN, step="more", title="二つ目", uses="for_each", line=99))
    story.tell(ev.ItemsCreated(run=runs.RUN, step="more", keys=("20260001",)))
    page = Page(html.render(story.finish(), **runs.place(tmp_path), language="ja"))
    assert len(page.all("table")) == 4
    assert len({one["name"] for one in page.all("input") if one.get("type") == "radio"}) == 3
