"""Run small lessons: what is right passes, and each fault is shown with the lines of the lesson."""

from pathlib import Path

import pytest

from course.pages import LessonError, Page
from course.replay import Replay
from course.scratch import HOME

SHOP = """\
PRICES = {"tea": 3}


def price(name):
    return PRICES[name]
"""
SERVER = """\
import http.server, sys
server = http.server.HTTPServer(("localhost", 3000), http.server.SimpleHTTPRequestHandler)
print("On port 3000", flush=True)
print("Process ID:", __import__("os").getpid(), flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    sys.exit("Stopped")
"""
NAME = "lessons/01-small.md"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small repository."""
    write(tmp_path, ".gitignore", "__pycache__/\nsecret*\n")
    write(tmp_path, "shop.py", SHOP)
    write(tmp_path, "wsgi.py", SERVER)
    write(tmp_path, "other.py", SERVER.replace("3000", "3001"))
    write(tmp_path, "lessons/README.md", "# Lessons\n")
    return tmp_path


def write(project: Path, name: str, text: str) -> Path:
    path = project / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def check(project: Path, text: str, timeout: float = 20, *, update: bool = False) -> Replay:
    replay = Replay(Page(NAME, text), project, timeout=timeout, update=update)
    replay.run()
    return replay


def fence(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


HEADERS = """\
$ printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 27\\r\\nDate: Sun, 22 Nov 2026 12:50:49 GMT\\r\\n\\r\\nhello\\n'
HTTP/1.1 200 OK
Content-Length: 27
Date: Mon, 01 Jan 2024 00:00:00 GMT

hello
"""
LINK = "[shop.py](../shop.py)"

RIGHT = {
    "only words": "# Only words\n",
    "no output": fence("console", "$ true\n"),
    "headers and body": fence("console", HEADERS),
    "both streams": fence("console", "$ echo out; echo err >&2; echo out\nout\nerr\nout\n"),
    "exit status": fence("console", "$ (exit 3)\n$ echo $?\n3\n$ echo $?\n0\n"),
    "one shell for all blocks": fence("console", "$ cd lessons && export TEA=3\n")
    + fence("console", "$ echo $TEA; ls\n3\nREADME.md\n"),
    "command in several lines": fence("console", "$ echo tea \\\n>   milk\ntea milk\n$ cat <<END\n> tea\n> END\ntea\n"),
    "no input": fence("console", "$ cat\n"),
    "error of the shell": fence("console", "$ no-such-command\nbash: no-such-command: command not found\n"),
    "comment in a command": fence("console", "$ # tea, and then\n$ echo milk  # it's\nmilk\n"),
    "folders": fence("console", f"$ pwd\n{HOME}/tutorial\n$ echo hi > /tmp/x; cat /tmp/x\nhi\n"),
    "clean environment": fence("console", '$ echo "$PORT$PYTEST_VERSION$COVERAGE_X$PYTHON_DOTENV_DISABLED"\n\n'),
    "Python": fence("pycon", ">>> tea = 3\n>>> tea\n3\n") + fence("pycon", ">>> tea + 1\n4\n"),
    "Python loop": fence("pycon", '>>> for x in "ab":\n...     print(x)\n...\na\nb\n'),
    "Python gap": fence("pycon", '>>> print("a\\nb\\nc")\n...\nc\n'),
    "Python imports from the copy": fence("pycon", '>>> import shop\n>>> shop.price("tea")\n3\n'),
    "Python traceback": fence("pycon", ">>> 1 / 0\nTraceback ...\n...\nZeroDivisionError: division by zero\n"),
    "excerpt": f"[shop.py](../shop.py#L4) has\n\n{fence('python', SHOP[SHOP.index('def') :])}",
    "excerpt with a gap": f"{LINK} and [RFC](https://x.example/y)\n\n"
    + fence("python", 'PRICES = {"tea": 3}\n...\n    return PRICES[name]\n'),
    "excerpt below a link to a lesson": f"{LINK}, as in [the map](README.md)\n{fence('text', 'def price(name):\n')}",
    "two excerpts below one link": f"{LINK}\n\n{fence('text', 'def price(name):\n')}\nand\n\n"
    + fence("python", "    return PRICES[name]\n"),
    "excerpt in a sub-section": f"## One\n{LINK}\n### Part\n{fence('text', 'def price(name):\n')}",
    "excused": f"<!-- not run: needs Windows -->\n{fence('powershell', 'dir\n')}",
    "in details": f"<details>\n<summary>Hint</summary>\n\n{fence('console', '$ echo tea\ntea\n')}\n</details>\n",
    "mermaid": fence("mermaid", "flowchart LR\n  a[Client] -->|GET| b\n"),
    "server": fence("console", "$ A='x y' python wsgi.py\nOn port 3000\n...\n")
    + fence("console", "$ curl -sI http://localhost:3000/shop.py | head -1\nHTTP/1.0 200 OK\n")
    + fence("console", '...\n127.0.0.1 - - [22/Nov/2026 13:06:35] "HEAD /shop.py HTTP/1.1" 200 -\n')
    + fence("console", "^CStopped\n$ echo $?\n1\n"),
    "server in the background": fence("console", "$ python wsgi.py > log &\n[1] 4711\n$ ps -o comm= -p $!\npython\n")
    + fence("console", "$ kill $!; wait $!; cat log\nOn ...\n...\n"),
    "server that ends": fence("console", "$ python -m http.server nowhere\n...\n$ echo $?\n2\n"),
    "two servers": fence("console", "$ python wsgi.py\nOn port 3000\n...\n$ python other.py\nOn port 3001\n...\n")
    + fence("console", "^CStopped\n$ curl localhost:3001; echo $?\ncurl: (7) ...\n7\n")
    + fence("console", "$ curl -I localhost:3000\nHTTP/1.0 200 OK\n...\n")
    + fence("console", "^CStopped\n"),
}  # fmt: skip


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT.keys())
def test_right_lesson_passes(project, text, monkeypatch):
    monkeypatch.setenv("PORT", "1")
    monkeypatch.setenv("COVERAGE_X", "x")

    check(project, text)


WRONG = {
    "made-up output": (
        fence("console", "$ true\n$ echo tea\ncoffee\n"),
        f"{NAME}:3\nThe lesson shows:\n    $ echo tea\n    coffee\nThe result is:\n    tea",
    ),
    "output not shown": (
        fence("console", "$ echo tea\n"),
        f"{NAME}:2\nThe lesson shows:\n    $ echo tea\nThe result is:\n    tea",
    ),
    "missing line": (fence("console", "$ seq 3\n1\n3\n"), "    1\n    3\nThe result is:\n    1\n    2\n    3"),
    "extra line": (fence("console", "$ seq 2\n1\n2\n3\n"), "    3\nThe result is:\n    1\n    2"),
    "other order": (fence("console", "$ seq 2\n2\n1\n"), "    2\n    1\nThe result is:\n    1\n    2"),
    "other order around gaps": (fence("console", "$ seq 3\n...\n3\n...\n2\n...\n"), "    1\n    2\n    3"),
    "wrong header": (fence("console", HEADERS.replace("th: 27\nD", "th: 26\nD")), "    Content-Length: 27\n"),
    "no empty line before the body": (fence("console", HEADERS.replace("GMT\n\n", "GMT\n")), "GMT\n    \n    hello"),
    "other kind of date": (fence("console", HEADERS.replace("Mon, 01 Jan 2024 00:00:00 GMT", "2024-01-01")), "Nov"),
    "hangs": (
        fence("console", "$ echo tea; sleep 600\ntea\n"),
        "The result is:\n    tea\n    (still running after 4 s)",
    ),
    "ends the shell": (fence("console", "$ exit\n"), "(the session has ended)"),
    "quotation without an end": (fence("console", "$ echo 'tea\ntea\n"), "is:\n    bash: unexpected EOF"),
    "command in several lines": (
        fence("console", "$ echo tea \\\n>   milk\ntea\n"),
        f"{NAME}:2\nThe lesson shows:\n    $ echo tea \\\n    >   milk\n    tea\nThe result is:\n    tea milk",
    ),
    "server that does not start": (
        fence("console", "$ PORT=1 python -m http.server nowhere\nServing HTTP on 0.0.0.0 ...\n"),
        "The result is:\n    usage: server.py",
    ),
    "server whose command does not parse": (
        fence("console", "$ python wsgi.py 'oops\nOn port 3000\n"),
        "The lesson shows:\n    $ python wsgi.py 'oops\n    On port 3000\nThe result is:\n    bash: unexpected EOF",
    ),
    "server that does not listen": (
        fence("diff", "--- wsgi.py\n+++ wsgi.py\n-    server.serve_forever()\n+    server.server_close(), pause()\n")
        + fence("diff", "--- wsgi.py\n+++ wsgi.py\n import http.server, sys\n+from signal import pause\n")
        + fence("console", "$ python wsgi.py\nOn port 3000\n"),
        "(does not listen after 4 s)",
    ),
    "server that prints something else": (fence("console", "$ python wsgi.py\nOn port 3001\n"), "    On port 3000\n"),
    "server that prints something else later": (
        fence("console", "$ python wsgi.py\nOn port 3000\n") + fence("console", "Tea: 1\n"),
        f"{NAME}:6\nThe lesson shows:\n    Tea: 1\nThe result is:\n    Process ID: ",
    ),
    "server that does not stop": (
        fence("console", "$ python wsgi.py\n...\n$ kill -STOP $!\n") + fence("console", "^C\n"),
        "(still running after 4 s)",
    ),
    "server that stops with other words": (
        fence("console", "$ python wsgi.py\n...\n") + fence("console", "^CGone\n"),
        f"{NAME}:6\nThe lesson shows:\n    ^CGone\nThe result is:\n    ^CStopped",
    ),
    "output of no server": (fence("console", "tea\n"), "there is no command, and no server"),
    "Python": (
        fence("pycon", ">>> 1 + 1\n3\n"),
        f"{NAME}:2\nThe lesson shows:\n    >>> 1 + 1\n    3\nThe result is:\n    2",
    ),
    "Python loop without its end": (
        fence("pycon", ">>> for x in [1, 2]:\n...     print(x)\n1\n2\n"),
        "end the block with a line `...`",
    ),
    "Python loop with a line too few": (
        fence("pycon", ">>> for x in [1, 2]:\n...     print(x)\n...\n2\n"),
        "    1\n    2",
    ),
    "stale excerpt": (
        f"{LINK}\n\n{fence('python', 'def price(name):\n    return PRICES.get(name)\n')}",
        f"{NAME}:4\nThe lesson shows:\n    def price(name):\n        return PRICES.get(name)\nThe result is:\n"
        "    shop.py lacks these lines, or has them earlier; it has:\n"
        "    def price(name):\n        return PRICES[name]",
    ),
    "excerpt in another order": (
        f"{LINK}\n{fence('python', '    return PRICES[name]\n...\ndef price(name):\n')}",
        "shop.py lacks these lines, or has them earlier",
    ),
    "half a line": (f"{LINK}\n{fence('python', 'def price(na\n')}", "shop.py lacks these lines"),
    "excerpt below the link of another section": (
        f"{LINK}\n## Next\n{fence('text', 'def price(name):\n')}",
        "nothing to compare with: text needs",
    ),
    "excerpt without lines": (f"{LINK}\n{fence('python', '')}", f"{NAME}:3\nThe lesson shows:\nThe result is:\n"),
    "excerpt that is a gap": (f"{LINK}\n{fence('python', '...\n\n')}", "nothing to compare with: python needs"),
    "fence without a language": (f"{LINK}\n{fence('', 'def price(name):\n')}", "nothing to compare with: this needs"),
    "fence without an excuse": (
        fence("powershell", "dir\n"),
        f"{NAME}:2\nThe lesson shows:\n    dir\nThe result is:\n    nothing to compare with: powershell needs",
    ),
    "excuse without a reason": (f"<!-- not run: -->\n{fence('sh', 'dir\n')}", "nothing to compare with: sh needs"),
    "excuse for another fence": (f"<!-- not run: x -->\n\nSo:\n\n{fence('sh', 'dir\n')}", "nothing to compare with"),
    "edit that does not fit": (
        fence("diff", "--- shop.py\n+++ shop.py\n-COSTS = 1\n+COSTS = 2\n"),
        f"{NAME}:2\nThe lesson shows:\n    --- shop.py\n    +++ shop.py\n    -COSTS = 1\n    +COSTS = 2\n"
        "The result is:\n    shop.py has the old lines 0 times; it must have them once",
    ),
    "mermaid": (fence("mermaid", "flowchart LR\n  a[Client (curl)] --> b\n"), "Client (curl)"),
    "fence in a list": ("- so:\n\n  ```console\n  $ true\n  ```\n", f"{NAME}:3\nThe lesson shows:\n      ```console\n"),
    "needs an unknown program": (f"<!-- needs: ngnix -->\n{fence('console', '$ true\n')}", "write one of chromium, go"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG.values(), ids=WRONG.keys())
def test_wrong_lesson_fails_and_shows_why(project, text, message):
    with pytest.raises(LessonError) as failure:
        check(project, text, timeout=4 if "after 4 s" in message else 20)

    report = str(failure.value)
    assert report.startswith(f"{NAME}:")
    assert message in report


NEW_PRICE = fence("diff", '--- shop.py\n+++ shop.py\n-PRICES = {"tea": 3}\n+PRICES = {"tea": 4}\n')
NEW_FILE = fence("diff", "--- /dev/null\n+++ new/milk.py\n+MILK = 5\n")
SHOWS = {
    price: fence("console", f"$ head -n1 shop.py\nPRICES = {{\"tea\": {price}}}\n") for price in (3, 4)
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        f"## Break it\n{NEW_PRICE}{SHOWS[4]}## The tests\n{SHOWS[3]}",
        f"## Break it\n{NEW_PRICE}### A\n{SHOWS[4]}### B\n{SHOWS[4]}## The tests\n{SHOWS[3]}",
        f"## Break it\n### A\n{NEW_PRICE}{SHOWS[4]}### B\n{NEW_PRICE}{SHOWS[4]}## The tests\n{SHOWS[3]}",
        f"## Break it\n### A\n{NEW_PRICE}#### Output\n{SHOWS[4]}",
    ],
    ids=["section", "section with sub-sections", "sub-sections", "deeper"],
)
def test_edit_is_undone_when_its_section_ends(project, text):
    check(project, text)

    assert (project / "shop.py").read_text("utf-8") == SHOP


def test_new_file_is_removed_when_its_section_ends(project):
    milk = fence("console", "$ cat new/milk.py\nMILK = 5\n")
    none = fence("console", "$ ls new\n")

    check(project, f"## Your turn\n<details>\n\n{NEW_FILE}\n{milk}\n</details>\n\n## Recap\n{none}")


def test_new_file_may_be_removed_by_a_command(project):
    check(project, f"## Your turn\n{NEW_FILE}{fence('console', '$ rm new/milk.py\n')}## Recap\n{SHOWS[3]}")


def test_python_starts_again_after_an_edit(project):
    price = fence("pycon", ">>> import shop\n>>> shop.PRICES\n{'tea': 3}\n")

    check(project, f"{price}## Break it\n{NEW_PRICE}{price.replace('3', '4')}## Recap\n{price}")


def test_server_may_take_its_time_before_it_listens(project, monkeypatch):
    monkeypatch.setattr("course.replay.SILENCE", 0.5)
    write(project, "wsgi.py", f"import time; time.sleep(1.5)\n{SERVER}")

    check(project, fence("console", "$ python wsgi.py\nOn port 3000\n"))


def test_block_without_its_program_is_skipped_with_one_line(project, monkeypatch):
    monkeypatch.setattr("course.replay.PROGRAMS", {"nginx": ["no-such-program"], "go": ["bash"]})

    replay = check(
        project,
        f"<!-- needs: go, nginx -->\n{fence('console', '$ false\nnever compared\n')}\n"
        f"<!-- needs: go -->\n{fence('console', '$ echo tea\ntea\n')}",
    )

    assert replay.skipped == [f"{NAME}:3: skipped, because it needs nginx"]


def test_copy_lacks_what_git_ignores(project):
    write(project, "secrets", "")
    (project / ".git").mkdir()

    check(project, fence("console", "$ ls -A\n.gitignore\nlessons\nother.py\nshop.py\nwsgi.py\n"))


OLD = """\
$ printf 'HTTP/1.1 404 NOT FOUND\\nDate: 1\\nContent-Length: 27\\nServer: x\\n\\ntea\\n'
HTTP/1.1 200 OK
...
Content-Length: 26
...
Allow: GET

coffee
$ echo 2 failed, 1 passed in 0.50s
3 passed in ...
$ echo 1.5 s
1.2 s
$ echo tea

$ true
milk
"""
NEW = """\
$ printf 'HTTP/1.1 404 NOT FOUND\\nDate: 1\\nContent-Length: 27\\nServer: x\\n\\ntea\\n'
HTTP/1.1 404 NOT FOUND
...
Content-Length: 27
...
Server: x

tea
$ echo 2 failed, 1 passed in 0.50s
2 failed, 1 passed in ...
$ echo 1.5 s
1.2 s
$ echo tea
tea

$ true
"""


def test_update_corrects_outputs_and_keeps_gaps_and_right_lines(project):
    server = fence("console", "$ python wsgi.py\nOn port {}\n...\n") + fence("console", "^C{}\n")
    page = project / NAME

    check(project, fence("console", OLD) + server.format(3001, "Gone"), update=True)

    assert page.read_text("utf-8") == fence("console", NEW) + server.format(3000, "Stopped")
    check(project, page.read_text("utf-8"))


def test_update_does_not_write_a_right_lesson(project):
    check(project, fence("console", "$ echo 1.5 s  \n1.2 s   \n\n\n") + "no newline at the end", update=True)

    assert not (project / NAME).exists()


@pytest.mark.parametrize(
    "text",
    [f"{LINK}\n{fence('python', 'x\n')}", fence("console", "$ seq 3\n...\nmilk\n...\n")],
    ids=["excerpt", "line between two gaps"],
)
def test_update_does_not_guess(project, text):
    with pytest.raises(LessonError):
        check(project, text, update=True)

    assert not (project / NAME).exists()
