"""The practice town hall as a clerk meets it."""

from __future__ import annotations

import csv
import hashlib
import io
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.integration.practice_visitor import Visitor, a_form, errors, table_rows, value_of
from yakin.errors import ConfigError
from yakin.practice import DEFAULT_PASSWORD, PracticeServer, Store
from yakin.practice.form import FIELDS
from yakin.practice.samples import already_registered_rows
from yakin.practice.store import JST


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PracticeServer]:
    with PracticeServer(tmp_path / "practice.db") as running:
        yield running


@pytest.fixture
def clerk(server: PracticeServer) -> Iterator[Visitor]:
    with Visitor(server) as visitor:
        visitor.sign_in()
        yield visitor


def test_nothing_is_seen_without_signing_in(server: PracticeServer) -> None:
    with Visitor(server) as stranger:
        for address in ("/menu", "/search?q=1", "/declarations", "/declarations/new", "/export.csv", "/legacy/inquiry"):
            assert stranger.get(address).url.path == "/login"
        stranger.register(a_form())
    assert server.store.registered() == []
    assert [attempt["outcome"] for attempt in server.store.attempts()] == ["signed-out"]


def test_a_wrong_password_is_refused(server: PracticeServer) -> None:
    with Visitor(server) as stranger:
        assert "利用者IDまたはパスワードが正しくありません" in stranger.sign_in("yakan-2025").text
        assert stranger.get("/menu").url.path == "/login"


@pytest.mark.parametrize(
    "address", ["/menu", "/search", "/declarations", "/declarations/new", "/attachments", "/legacy", "/popup"]
)
def test_every_signed_in_page_offers_to_sign_out(clerk: Visitor, address: str) -> None:
    assert ">ログアウト</button>" in clerk.get(address).text


def test_signing_out_ends_the_session(clerk: Visitor) -> None:
    token = clerk.cookies["JUMINZEISESSION"]
    clerk.post("/logout")
    assert clerk.get("/menu", headers={"Cookie": f"JUMINZEISESSION={token}"}).url.path == "/login"


def test_a_session_ends_after_its_idle_minutes_and_says_so(tmp_path: Path) -> None:
    time = datetime(2026, 4, 1, 22, 0, tzinfo=JST)
    with (
        PracticeServer(tmp_path / "x.db", session_idle_minutes=15, now=lambda: time) as server,
        Visitor(server) as clerk,
    ):
        clerk.sign_in()
        time += timedelta(minutes=14)
        assert clerk.get("/menu").url.path == "/menu"
        time += timedelta(minutes=14)
        assert clerk.get("/menu").url.path == "/menu"
        time += timedelta(minutes=16)
        page = clerk.get("/menu")
    assert page.url.path == "/login"
    assert page.status_code == 200
    assert "セッションの有効期限が切れました" in page.text


def test_a_declaration_goes_over_the_confirm_page_to_its_receipt(clerk: Visitor, server: PracticeServer) -> None:
    form = a_form(seinengappi="S60.1.8", shunyu="３，８１８，０００", biko="一行目\r\n二行目")
    confirmed = clerk.confirm(form)
    assert value_of(confirmed, "生年月日") == "昭和60年1月8日"
    assert value_of(confirmed, "収入金額") == "3,818,000"
    assert value_of(confirmed, "備考") == "一行目\n二行目"
    assert server.store.registered() == []

    receipt = clerk.register(form)
    assert "登録が完了しました" in receipt.text
    [row] = server.store.registered()
    assert value_of(receipt, "登録番号") == row["登録番号"]
    assert (row["受付番号"], row["生年月日"], row["収入金額"]) == ("07000101", "1985-01-08", 3_818_000)
    assert [(attempt["受付番号"], attempt["outcome"]) for attempt in server.store.attempts()] == [
        ("07000101", "registered")
    ]


def test_a_registration_number_bears_the_fiscal_year(tmp_path: Path) -> None:
    time = datetime(2027, 3, 31, 23, 0, tzinfo=JST)
    with Store(tmp_path / "x.db", lambda: time) as store:
        numbers = []
        for form in (a_form(), a_form(uketsuke_no="07000102")):
            numbers.append(store.register({field.name: form.get(field.name, "") for field in FIELDS}).toroku_no)
            time += timedelta(hours=2)
    assert numbers == ["R08-000001", "R09-000001"]


def test_correcting_leads_back_to_the_form_as_it_was_filled(clerk: Visitor) -> None:
    page = clerk.post("/declarations/new", data=a_form(shimei="髙橋　﨑"))
    assert 'value="髙橋　﨑"' in page.text
    assert 'value="その他" checked' not in page.text
    assert 'value="男" checked' in page.text


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"shimei": " "}, "氏名を入力してください"),
        ({"seibetsu": ""}, "性別を選択してください"),
        ({"uketsuke_no": "７００"}, "受付番号は半角数字8桁で入力してください"),
        (
            {"seinengappi": "平成32年1月1日"},
            "生年月日「平成32年1月1日」は存在しない日付か、日付の形式が正しくありません",
        ),
        ({"seinengappi": "1850-01-01"}, "生年月日「1850-01-01」は存在しない日付か、日付の形式が正しくありません"),
        ({"seinengappi": "R7.2.18", "shinkokubi": "2025-02-17"}, "生年月日が申告日より後です"),
        ({"furigana": "さとう"}, "フリガナは全角カタカナで入力してください"),
        ({"shunyu": "百万"}, "収入金額は数字で入力してください"),
        ({"shunyu": "100.5"}, "収入金額に小数は入力できません"),
        ({"shunyu": "-1", "shakai_hoken": ""}, "収入金額に負の金額は入力できません"),
        ({"shunyu": "100,000,000"}, "収入金額が上限（99,999,999円）を超えています"),
        ({"shakai_hoken": "9,999,999"}, "社会保険料控除が収入金額を超えています"),
        ({"fuyo": "21"}, "扶養人数は0から20までの数字で入力してください"),
        ({"chiku": "隣町"}, "地区コードが正しくありません"),
        ({"chiku": "旧港町"}, "地区「旧港町」は令和7年3月31日で廃止されています"),
        ({"denwa": "０９９９－２０－１１８６"}, "電話番号は半角数字とハイフンで入力してください"),
        ({"koza_kana": "ｷｮｳｺ"}, "還付口座名義カナに使用できない文字があるか、30文字を超えています"),
        ({"shimei": "𠮷田　正"}, "氏名に使用できない文字があります：𠮷"),
    ],
)
def test_what_is_wrong_is_said_on_the_form(
    clerk: Visitor, server: PracticeServer, changes: dict[str, str], refusal: str
) -> None:
    form = a_form(**changes)
    assert errors(clerk.confirm(form)) == [refusal]
    assert errors(clerk.register(form)) == [refusal]
    assert server.store.registered() == []
    assert [attempt["outcome"] for attempt in server.store.attempts()] == ["refused"]


def test_an_empty_form_is_told_everything_that_is_missing(clerk: Visitor) -> None:
    assert len(errors(clerk.confirm({}))) == sum(field.required for field in FIELDS)


def test_a_duplicate_is_refused_at_both_pages_with_the_number_it_has(clerk: Visitor, server: PracticeServer) -> None:
    clerk.register(a_form())
    number = server.store.registered()[0]["登録番号"]
    told = f'<p class="already" role="alert">受付番号 07000101 は既に登録されています（登録番号 {number}）</p>'
    assert told in clerk.confirm(a_form()).text
    assert told in clerk.register(a_form(shimei="別　人")).text
    assert len(server.store.registered()) == 1
    assert [attempt["outcome"] for attempt in server.store.attempts()] == ["registered", "duplicate"]


def test_searching_finds_by_number_exactly_and_by_name_in_part(clerk: Visitor) -> None:
    clerk.register(a_form())
    clerk.register(a_form(uketsuke_no="07000102", shimei="髙橋　一郎", furigana="タカハシ　イチロウ"))
    by_number = clerk.get("/search", params={"q": "07000102"})
    assert "<caption>検索結果</caption>" in by_number.text
    assert [row[:4] for row in table_rows(by_number)] == [["07000102", "髙橋　一郎", "昭和60年1月8日", "317,374"]]
    assert table_rows(clerk.get("/search", params={"q": "0700010"})) == []
    assert len(table_rows(clerk.get("/search", params={"q": "髙橋 一"}))) == 1
    assert len(table_rows(clerk.get("/search", params={"q": "サトウ"}))) == 1
    assert table_rows(clerk.get("/search", params={"q": "%"})) == []


def test_the_list_has_twenty_declarations_a_page(clerk: Visitor, server: PracticeServer) -> None:
    server.store.seed({"受付番号": f"{number:08d}", "氏名": "佐藤　正", "収入金額": 1} for number in range(1, 46))
    pages = [table_rows(clerk.get(f"/declarations?page={number}")) for number in (1, 2, 3, 9)]
    assert [len(page) for page in pages] == [20, 20, 5, 5]
    assert pages[1][0][0] == "00000021"
    first = clerk.get("/declarations").text
    assert "全 45 件中 1～20 件" in first
    assert 'href="/declarations?page=2" rel="next">次へ' in first


def test_the_export_has_every_registered_row_in_cp932(clerk: Visitor, server: PracticeServer) -> None:
    clerk.register(a_form(shimei="髙橋　﨑", shogaisha="1"))
    clerk.register(a_form(uketsuke_no="07000102"))
    answer = clerk.get("/export.csv")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.content.count(b"\r\n") == 3
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("cp932"))))
    assert list(rows[0]) == list(server.store.labels)
    assert rows[0]["氏名"] == "髙橋　﨑"
    assert (rows[0]["生年月日"], rows[0]["収入金額"], rows[0]["障害者控除"]) == ("1985/01/08", "317374", "1")


def test_a_cancelled_declaration_no_longer_counts(clerk: Visitor, server: PracticeServer) -> None:
    clerk.register(a_form())
    number = server.store.registered()[0]["登録番号"]
    assert "confirm(&#39;取り消しますか？&#39;)" in clerk.get(f"/declarations/{number}").text.replace("'", "&#39;")
    assert "取り消されました" in clerk.post(f"/declarations/{number}/cancel").text
    assert server.store.registered() == []
    assert table_rows(clerk.get("/search", params={"q": "07000101"})) == []
    clerk.register(a_form())
    assert [row["登録番号"] for row in server.store.registered()] != [number]


def test_the_old_inquiry_answers_in_its_frame(clerk: Visitor) -> None:
    clerk.register(a_form())
    assert '<iframe name="main"' in clerk.get("/legacy").text
    assert "照会結果" in clerk.get("/legacy/inquiry", params={"uketsuke_no": "07000101"}).text
    assert "該当データなし" in clerk.get("/legacy/inquiry", params={"uketsuke_no": "07000109"}).text


def test_an_uploaded_file_is_listed_with_its_digest(clerk: Visitor) -> None:
    content = b"\x00PDF" * 1000
    page = clerk.post("/attachments", data={"uketsuke_no": "07000101"}, files={"file": ("源泉徴収票.pdf", content)})
    digest = hashlib.sha256(content).hexdigest()
    assert table_rows(page)[0][:4] == ["07000101", "源泉徴収票.pdf", "4,000", digest]
    assert errors(clerk.post("/attachments", data={"uketsuke_no": ""})) == ["ファイルを選択してください"]


def test_a_number_that_was_never_given_is_not_found(clerk: Visitor) -> None:
    assert clerk.get("/declarations/R08-999999").status_code == 404
    assert clerk.get("/static/../store.py").status_code == 404


def test_attempts_can_neither_be_edited_nor_deleted(tmp_path: Path) -> None:
    with Store(tmp_path / "x.db") as store:
        store.count_attempt("07000101", "registered")
        for statement in ("DELETE FROM registration_attempts", "UPDATE registration_attempts SET outcome = 'refused'"):
            with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                store.write(statement)


def test_reset_forgets_everything_even_while_the_system_runs(clerk: Visitor, server: PracticeServer) -> None:
    clerk.register(a_form())
    with Store(server.store.path) as other:
        other.reset()
        assert (other.registered(), other.attempts()) == ([], [])
    assert clerk.get("/menu").url.path == "/login"
    clerk.sign_in()
    assert value_of(clerk.register(a_form()), "登録番号").endswith("-000001")


def test_seeding_twice_registers_once_and_counts_no_attempt(tmp_path: Path) -> None:
    with Store(tmp_path / "new" / "x.db") as store:
        store.seed(already_registered_rows())
        store.seed(already_registered_rows())
        assert [row["氏名"] for row in store.registered()] == ["木村　洋子"]
        assert store.attempts() == []


def test_a_taken_port_is_told_with_advice(server: PracticeServer, tmp_path: Path) -> None:
    port = int(server.url.rpartition(":")[2])
    with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}"):
        PracticeServer(tmp_path / "other.db", port=port)


def _started(database: Path, *options: str) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "yakin.practice", "--database", str(database), "--print-url", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


class _At:
    """Where a visitor finds a system in another process."""

    def __init__(self, url: str) -> None:
        self.url = url


def test_what_was_registered_survives_the_death_of_the_process(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    process, url = _started(database, "--seed")
    try:
        with Visitor(_At(url)) as clerk:  # type: ignore[arg-type]
            clerk.sign_in(DEFAULT_PASSWORD)
            clerk.register(a_form())
            token = clerk.cookies["JUMINZEISESSION"]
    finally:
        process.kill()
        process.communicate()
    with PracticeServer(database) as server, Visitor(server) as clerk:
        clerk.cookies.set("JUMINZEISESSION", token)
        assert clerk.get("/menu").url.path == "/menu"
        assert [row["受付番号"] for row in server.store.registered()] == ["07000117", "07000101"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_an_interrupted_process_ends_quietly(tmp_path: Path) -> None:
    process, url = _started(tmp_path / "x.db", "--fault", "latency_ms=1")
    assert url.startswith("http://127.0.0.1:")
    with Visitor(_At(url)) as clerk:  # type: ignore[arg-type]
        clerk.sign_in()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert process.returncode == 0


def test_importing_the_package_loads_no_web_framework() -> None:
    script = "import sys, yakin.practice; print({'starlette', 'uvicorn', 'jinja2', 'openpyxl'} & sys.modules.keys())"
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, encoding="utf-8", check=True)
    assert ended.stdout.strip() == "set()"


def test_an_unknown_fault_on_the_command_line_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "yakin.practice", "--database", str(tmp_path / "x.db"), "--fault", "latency=1"]
    ended = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False)
    assert ended.returncode == 2
    assert "There is no fault named latency" in ended.stderr
