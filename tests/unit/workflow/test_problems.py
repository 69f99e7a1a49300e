"""How programs and GitHub are told of problems."""

from __future__ import annotations

from yakin.workflow.problems import Problem, render_github


def test_where_there_is_no_problem_github_is_told_nothing() -> None:
    assert render_github([]) == ""


def test_github_commands_escape_what_would_end_them() -> None:
    problem = Problem("x", "50% of {what}", {"what": "a\nb"}, "a,b:c.yaml", 1, 2, None, "", "help: 1,2")
    assert render_github([problem]) == (
        "::error file=a%2Cb%3Ac.yaml,line=1,col=2,title=x::50%25 of a%0Ab%0Ahelp: 1,2\n"
    )
