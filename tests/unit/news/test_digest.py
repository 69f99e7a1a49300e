"""What a digest says of a night, in both languages, and what it never says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.news.nights import EVENING, NO_BUTTON, REFUSED, SET_ASIDE, TownHall, town_hall
from yakin import events as ev
from yakin.errors import ApplicationError, BusinessError, ErrorInfo
from yakin.news.composing import Composer, News, Window
from yakin.notify import AlertKind, NewsRule

EVERYTHING: list[AlertKind] = ["failed", "in_doubt", "late", "missed", "rejected", "approval"]
ALL = NewsRule(to=["a@b.jp"], digest="07:30", alert=EVERYTHING)
BEGIN, END = EVENING, EVENING + timedelta(hours=9, minutes=30)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[TownHall]:
    with town_hall(tmp_path / "hall", "") as hall:
        yield hall


def digest_of(hall: TownHall, rule: NewsRule = ALL, *, after: int = 0, language: str = "ja") -> News:
    composer = Composer(hall.project)
    composer.language = language
    news = composer.news(rule, "digest", Window(after, hall.project.journal.anchor().seq, BEGIN, END))
    assert news is not None
    return news


def alert_of(hall: TownHall, rule: NewsRule = ALL, *, after: int = 0) -> News | None:
    return Composer(hall.project).news(rule, "alert", Window(after, hall.project.journal.anchor().seq, BEGIN, END))


def body_of(hall: TownHall, rule: NewsRule = ALL, language: str = "ja") -> str:
    return digest_of(hall, rule, language=language).message.body


def called_run_failed(run: str) -> ErrorInfo:
    return ApplicationError(
        "{workflow}, called as run {run}, ended as {status}", workflow="w", run=run, status="failed"
    ).info()


def test_a_night_on_which_nothing_failed_says_so(hall: TownHall) -> None:
    hall.run("r1", items={"1": ("done", None)})
    hall.run("r2", workflow="kokuho", title="国保の異動入力")
    news = digest_of(hall)
    assert news.message.subject == "[夜勤] 2件実行、失敗なし"
    assert "・住民税申告の入力: 成功 1" in news.message.body
    assert "■ 失敗" not in news.message.body
    assert alert_of(hall) is None


def test_a_night_on_which_nothing_ran_says_so(hall: TownHall) -> None:
    assert digest_of(hall).message.subject == "[夜勤] 実行なし"
    assert digest_of(hall, language="en").message.subject == "[Yakin] Nothing ran"


def test_failures_of_one_cause_are_told_together(hall: TownHall) -> None:
    for number in (1, 2, 3):
        hall.failed_step(f"r{number}", NO_BUTTON, title=f"手続{number}")
    hall.run("r4", status="failed", error=REFUSED, items={"1": ("failed", NO_BUTTON)})
    hall.run("r5")
    news = digest_of(hall, language="en")
    assert news.message.subject == "[Yakin] 4 of 5 runs failed, 2 causes"
    assert (
        "・“browser.press”: Nothing answers to … on …; nearest on the page: …\n"
        "    手続1 (r1)\n    手続2 (r2)\n    手続3 (r3)\n"
        "・“申請を登録する”: Nothing answers to … on …; nearest on the page: …\n"
        "    住民税申告の入力 (r4): 1 row\n"
    ) in news.message.body


def test_each_system_that_does_not_answer_is_a_cause_of_its_own(hall: TownHall) -> None:
    for number, system in enumerate(("portal", "portal", "kokuho")):
        why = ApplicationError("{system} cannot be reached: {why}", system=system, why=f"line {number}").info()
        hall.failed_step(f"r{number}", why, title=f"手続{number}", uses="in")
    body = body_of(hall, language="en")
    assert "portal cannot be reached: …\n    手続0 (r0)\n    手続1 (r1)\n" in body
    assert "kokuho cannot be reached: …\n    手続2 (r2)\n" in body


def test_the_same_cause_of_many_items_is_counted(hall: TownHall) -> None:
    errors = [ApplicationError("{action}: {error}", action="desk.register", error=f"線 {n}").info() for n in range(3)]
    hall.run("r1", status="failed", error=REFUSED, items={str(n): ("failed", error) for n, error in enumerate(errors)})
    assert "住民税申告の入力 (r1): 3 rows" in body_of(hall, language="en")


def test_what_is_in_doubt_or_needs_a_person_is_counted_with_its_run(hall: TownHall) -> None:
    hall.run(
        "r1",
        items={"1": ("in_doubt", None), "2": ("in_doubt", None), "3": ("failed", SET_ASIDE), "4": ("done", None)},
    )
    news = digest_of(hall, language="en")
    assert news.message.subject == "[Yakin] 1 run, none failed, 2 items in doubt"
    assert "■ In doubt: whether it was registered is not known\n・住民税申告の入力 (r1): 2 rows\n" in news.message.body
    assert "■ Rows that need a person\n・住民税申告の入力 (r1): 1 row\n" in news.message.body
    alert = alert_of(hall)
    assert alert is not None
    assert alert.message.subject.startswith("[夜勤・至急]")


def test_the_reason_why_a_called_run_failed_is_told_for_the_run_that_called_it(hall: TownHall) -> None:
    hall.append(
        ev.RunCreated(run="r1", workflow="getsuji", title="月次処理", workflow_hash="h"),
        ev.RunStarted(run="r1", executor="hall:1"),
        ev.StepStarted(run="r1", step="call", title="通知を送る", uses="call", line=3),
    )
    hall.failed_step("r2", NO_BUTTON, title="通知", parent="r1", parent_step="call")
    hall.append(
        ev.StepFinished(run="r1", step="call", status="failed", error=called_run_failed("r2")),
        ev.RunFinished(run="r1", status="failed", error=called_run_failed("r2")),
    )
    news = digest_of(hall, language="en")
    assert news.message.subject == "[Yakin] 1 of 1 run failed, 1 cause"
    assert (
        "・“通知のボタンを押す”: Nothing answers to … on …; nearest on the page: …\n    月次処理 (r1)\n"
        in news.message.body
    )


def test_of_blocks_within_blocks_the_innermost_failure_is_told(hall: TownHall) -> None:
    hall.append(
        ev.RunCreated(run="r1", workflow="w", title="住民税", workflow_hash="h"),
        ev.RunStarted(run="r1", executor="hall:1"),
        ev.StepStarted(run="r1", step="look", title="見る", uses="in", line=3),
        ev.StepStarted(run="r1", step="look.1", title="開く", uses="browser.go_to", line=4),
        ev.StepFinished(run="r1", step="look.1", status="failed", error=NO_BUTTON),
        ev.StepFinished(run="r1", step="look", status="failed", error=NO_BUTTON),
        ev.RunFinished(run="r1", status="failed", error=NO_BUTTON),
    )
    body = body_of(hall)
    assert "「開く」" in body
    assert "「見る」" not in body


def test_rehearsals_and_runs_that_were_continued_since_are_no_news(hall: TownHall) -> None:
    hall.failed_step("r1", NO_BUTTON, title="予行", mode="rehearse")
    hall.failed_step("r2", NO_BUTTON, title="続行")
    hall.append(ev.RunContinued(run="r2", go=2))
    assert digest_of(hall).message.subject == "[夜勤] 実行なし"
    assert "■ まだ終わっていないもの\n・続行 (r2)\n" in body_of(hall)
    assert alert_of(hall) is None


def test_what_was_due_and_did_not_start_is_told_by_reason(hall: TownHall) -> None:
    hall.run("r1")
    after = hall.project.journal.anchor().seq
    for hour in (14, 15):
        due = f"2026-04-01T{hour}:00:00+00:00"
        hall.append(ev.ScheduleSkipped(run="", schedule="juminzei/abc", workflow="juminzei", due=due, why="missed"))
    hall.append(
        ev.ScheduleSkipped(run="", schedule="n/abc", workflow="new", due="2026-04-01T16:00:00+00:00", why="paused")
    )
    news = digest_of(hall, after=after, language="en")
    assert news.message.subject == "[Yakin] 2 not started"
    assert "・住民税申告の入力: due 2 times, first at 2026-04-01 23:00; nothing was running then\n" in news.message.body
    assert "・new: due 1 time, first at 2026-04-02 01:00; paused by a person\n" in news.message.body
    alert = alert_of(hall, after=after)
    assert alert is not None
    assert "2026-04-01 23:00" in alert.message.body
    assert "2026-04-02 01:00" not in alert.message.body


def test_late_runs_wrong_files_and_awaited_decisions_are_told(hall: TownHall) -> None:
    hall.run("r1", status="running")
    hall.append(
        ev.RunLate(run="r1", kind="not_finished", expected="2026-04-01T21:00:00+00:00"),
        ev.FileRejected(
            run="",
            file="workflows/juminzei.yaml",
            workflow="juminzei",
            sha256="ab",
            problems=2,
            first="juminzei.yaml:3:5: 山田",
        ),
        ev.FileRejected(run="", file="config/calendars/a.yaml", workflow=None, sha256="cd", problems=1, first="a:1: 1"),
        ev.ApprovalAsked(
            run="r1", step="ok", role="課長", title="山田太郎を登録してよいか", due="2026-04-03T00:00:00+00:00"
        ),
    )
    for news in (digest_of(hall, language="en"), digest_of(hall)):
        assert "2026-04-02 06:00" in news.message.body
        assert "課長" in news.message.body
    body = body_of(hall, language="en")
    assert "・住民税申告の入力 (r1): not finished by 2026-04-02 06:00; now: Running\n" in body
    assert "・workflows/juminzei.yaml: 2 problems\n" in body
    assert "・config/calendars/a.yaml: 1 problem\n" in body
    assert "・住民税申告の入力 (r1): 課長 decides, since 2026-04-01 22:00\n    until 2026-04-03 09:00\n" in body
    alert = alert_of(hall)
    assert alert is not None
    assert alert.message.subject == "[夜勤・至急] 遅れ1件、誤りのあるファイル2件、承認待ち1件"


def test_a_decision_that_still_waits_is_in_every_digest_but_alerted_of_once(hall: TownHall) -> None:
    hall.run("r1", status="running")
    hall.append(ev.ApprovalAsked(run="r1", step="ok", role="課長", title="登録してよいか"))
    after = hall.project.journal.anchor().seq
    assert "課長" in digest_of(hall, after=after).message.body
    assert alert_of(hall, after=after) is None
    hall.append(ev.ApprovalReminded(run="r1", step="ok"))
    assert alert_of(hall, after=after) is not None


def test_a_rule_for_a_section_tells_only_what_its_workflows_did(hall: TownHall) -> None:
    hall.failed_step("r1", NO_BUTTON, title="住民税", section="税務課")
    hall.failed_step("r2", NO_BUTTON, title="保育認定", section="子育て課")
    due = "2026-04-01T14:00:00+00:00"
    hall.append(ev.ScheduleSkipped(run="", schedule="s/1", workflow="保育認定", due=due, why="missed"))
    rule = NewsRule(to=["a@b.jp"], digest="07:30", alert=["failed"], section="税務課")
    for news in (digest_of(hall, rule), alert_of(hall, rule)):
        assert news is not None
        assert "住民税" in news.message.body
        assert "保育認定" not in news.message.body


def test_every_moment_that_was_left_out_together_is_counted_and_none_that_another_trigger_asked_for(
    hall: TownHall,
) -> None:
    after = hall.project.journal.anchor().seq
    first, last = "2026-04-01T14:00:00+00:00", "2026-04-01T14:40:00+00:00"
    skipped = ev.ScheduleSkipped(run="", schedule="n/1", workflow="new", due=last, why="missed", first=first, count=5)
    merged = ev.ScheduleSkipped(run="", schedule="n/2", workflow="new", due=last, why="merged")
    hall.append(skipped, merged)
    news = digest_of(hall, after=after, language="en")
    assert news.message.subject == "[Yakin] 5 not started"
    assert "・new: due 5 times, first at 2026-04-01 23:00; nothing was running then\n" in news.message.body


def test_an_alert_tells_only_the_kinds_the_rule_names(hall: TownHall) -> None:
    hall.failed_step("r1", NO_BUTTON, title="住民税")
    assert alert_of(hall, NewsRule(to=["a@b.jp"], alert=["late", "missed"])) is None
    assert alert_of(hall, NewsRule(to=["a@b.jp"], alert=["failed"])) is not None


def test_news_that_did_not_arrive_are_told_with_the_next_ones(hall: TownHall) -> None:
    failed = ApplicationError("{count} could not be told", count="joho@town.example.jp").info()
    hall.append(ev.NewsFailed(run="", rule="情報係へ", kind="alert", error=failed, upto=1))
    body = body_of(hall)
    assert "■ 届かなかった通知" in body
    assert "情報係へ" in body
    assert "joho@" not in body
    assert alert_of(hall) is None


CANARIES = (
    "髙﨑花子",
    "0123-4567-8901",
    "juminzei.xlsx",
    "昭和65年",
    "二件重複しています",
    "南三陸町志津川",
    "受付太郎",
)


def test_nobodys_data_are_in_news(hall: TownHall) -> None:
    name, number, label, value, reason, address, actor = CANARIES
    leaking = BusinessError(f"{name} {number} is wrong").info()
    # A third party's error, and one of ours, all of whose data are people's.
    ours = BusinessError("{value} does not exist: {era} ended on {limit}", value=value, era=name, limit=address).info()
    hall.append(
        ev.RunCreated(
            run="r1",
            workflow="juminzei",
            title="住民税",
            workflow_hash="h",
            inputs={"名簿": label, "氏名": name},
            reason=reason,
        ),
        ev.RunStarted(run="r1", executor=actor, facts={"氏名": name}),
        ev.StepStarted(run="r1", step="entry", title="登録する", uses="for_each", line=8),
        ev.ItemsCreated(
            run="r1",
            step="entry",
            keys=(number, name),
            labels={number: f"{label}:12", name: label},
            system="portal",
        ),
        ev.ItemStarted(run="r1", step="entry", item=number),
        ev.ItemSettled(run="r1", step="entry", item=number, state="failed", error=leaking, result={"住所": address}),
        ev.ItemStarted(run="r1", step="entry", item=name),
        ev.CommitIntended(run="r1", step="entry", item=name, at_step="entry.1"),
        ev.ItemSettled(run="r1", step="entry", item=name, state="in_doubt", error=ours, result={"住所": address}),
        ev.RowSetAside(run="r1", step="entry", key=f"{number}-2", label=label, error=ours),
        ev.Noted(run="r1", step="entry", kind="label-fallback", item=name, data={"label": address}),
        ev.ApprovalAsked(run="r1", step="ok", role="課長", title=f"{name}を登録してよいか", show={"text": address}),
        ev.CancelAsked(run="r1", reason=reason),
        ev.StepFinished(run="r1", step="entry", status="failed", error=leaking, output={"rows": 2, "氏名": name}),
        ev.RunLate(run="r1", kind="not_finished", expected="2026-04-01T21:00:00+00:00"),
        ev.FileRejected(
            run="",
            file="workflows/juminzei.yaml",
            workflow="juminzei",
            sha256="ab",
            problems=1,
            first=f"juminzei.yaml: {name}",
        ),
        ev.ScheduleSkipped(
            run="", schedule="j/1", workflow="juminzei", due="2026-04-01T14:00:00+00:00", why="failed", error=leaking
        ),
        ev.SchedulePaused(run="", workflow="juminzei", reason=reason),
        ev.NewsFailed(run="", rule="朝", kind="digest", error=leaking, upto=1),
    )
    hall.failed_step("r2", ours, title="国保")
    hall.failed_step("r3", leaking, title="保育")
    hall.append(ev.RunFinished(run="r1", status="failed", error=leaking))
    for language in ("ja", "en"):
        composer = Composer(hall.project)
        composer.language = language
        for kind in ("digest", "alert"):
            news = composer.news(ALL, kind, Window(0, hall.project.journal.anchor().seq, BEGIN, END))
            assert news is not None
            told = "\n".join([news.message.subject, news.message.body, news.message.html or ""])
            assert [canary for canary in CANARIES if canary in told] == []
            assert "r1" in told


def test_an_error_that_is_not_the_programs_own_is_told_by_its_kind(hall: TownHall) -> None:
    hall.failed_step("r1", BusinessError("髙﨑花子 is wrong").info(), title="住民税")
    assert "・「住民税のボタンを押す」: データが決まりに合いません\n" in body_of(hall)


def test_both_forms_say_the_same(hall: TownHall) -> None:
    hall.failed_step("r1", NO_BUTTON, title="住民税 <b>&</b>")
    message = digest_of(hall).message
    assert message.html is not None
    assert "住民税 &lt;b&gt;&amp;&lt;/b&gt; (r1)" in message.html
    assert "<b>" not in message.html
    assert "住民税 <b>&</b> (r1)" in message.body
    assert "http" not in message.html.replace("http-equiv", "")


def test_of_very_many_runs_the_first_are_named(hall: TownHall) -> None:
    for number in range(25):
        hall.failed_step(f"r{number:02}", NO_BUTTON, title="住民税")
    body = body_of(hall, language="en")
    assert "(r19)" in body
    assert "(r20)" not in body
    assert "    and 5 more\n" in body
