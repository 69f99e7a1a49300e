"""Web systems: pages, forms, tables and files of systems that a clerk uses in a browser."""

from bots.browser.browser import Browsers, browsers
from bots.browser.checkups import browser_works, policies_let_it_work, systems_are_reached
from bots.browser.differences import VerificationFailed
from bots.browser.evidence import screenshot
from bots.browser.find import browser_here
from bots.browser.forms import answer_dialog, choose, click, fill, upload
from bots.browser.pages import download, go_to, wait_for
from bots.browser.reading import read_table, read_text, verify
from bots.browser.session import OpenPage, open_page
from bots.browser.targets import Target

__all__ = [
    "Browsers",
    "OpenPage",
    "Target",
    "VerificationFailed",
    "answer_dialog",
    "browser_here",
    "browser_works",
    "browsers",
    "choose",
    "click",
    "download",
    "fill",
    "go_to",
    "open_page",
    "policies_let_it_work",
    "read_table",
    "read_text",
    "screenshot",
    "systems_are_reached",
    "upload",
    "verify",
    "wait_for",
]
