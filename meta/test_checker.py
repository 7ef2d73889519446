"""The checker, tried on small lessons: each way to be wrong is caught and shown, and what is right passes."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from lessons.checker import BASH, HOME, Session, diagram_errors, matches, merge

ROOT = Path(__file__).parent.parent
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


class Project:
    """A small repository with lessons, and pytest run in it."""

    def __init__(self, root: Path) -> None:
        self.root, self.lessons, self.tmp = root / "project", root / "project/lessons", root / "tmp"
        self.lessons.mkdir(parents=True)
        self.tmp.mkdir()
        for name in ("checker.py", "conftest.py"):
            shutil.copy(ROOT / "lessons" / name, self.lessons)
        self.write("pytest.ini", "[pytest]\npythonpath = .\naddopts = --import-mode=importlib\nstrict = true\n")
        self.write(".gitignore", "__pycache__/\nsecret*\n")
        self.write("shop.py", SHOP)
        self.write("wsgi.py", SERVER)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.write_text(text)
        return path

    def start(self, *args: str, **environ: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "xdist.plugin", *args]
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "PYTEST_"))}
        return subprocess.Popen(
            command,
            cwd=self.root,
            env={**clean, "TMPDIR": str(self.tmp), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *args: str, **environ: str) -> str:
        """What pytest prints, once it has left nothing behind."""
        output, _ = self.start(*args, **environ).communicate(timeout=120)
        assert self.left() == []
        return output

    def left(self) -> list[object]:
        """The scratch copies that are still there, and the processes that work in one."""
        scratch = str(self.tmp / "lesson-")
        processes: list[object] = []
        for process in psutil.process_iter():
            try:
                if any(scratch in text for text in (process.cwd(), *process.environ().values())):
                    processes.append(process)
            except psutil.Error:
                pass
        return [*processes, *self.tmp.glob("lesson-*")]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def fence(language: str, text: str) -> str:
    return f"```{language}\n{text}```\n"


HEADERS = """\
$ printf 'HTTP/1.1 200 OK\\r\\nContent-Length: 27\\r\\nDate: Sun, 22 Nov 2026 12:50:49 GMT\\r\\n\\r\\nhello\\n'
HTTP/1.1 200 OK
Content-Length: 27
Date: Mon, 01 Jan 2024 00:00:00 GMT

hello
"""

RIGHT = {
    "no output": fence("console", "$ true\n"),
    "no lesson in it": "# Only words\n",
    "headers and body": fence("console", HEADERS),
    "both streams": fence("console", "$ echo out; echo err >&2; echo out\nout\nerr\nout\n"),
    "a status": fence("console", "$ (exit 3)\n$ echo $?\n3\n$ echo $?\n0\n"),
    "a shell that stays": fence("console", "$ cd lessons && export TEA=3\n")
    + fence("console", "$ echo $TEA; ls 0*\n3\n...\n"),
    "a continued command": fence("console", "$ echo tea \\\n>   milk\ntea milk\n$ cat <<END\n> tea\n> END\ntea\n"),
    "nothing on stdin": fence("console", "$ cat\n"),
    "an error of the shell": fence("console", "$ no-such-command\nbash: no-such-command: command not found\n"),
    "the place": fence("console", f"$ pwd\n{HOME}/tutorial\n$ echo hi > /tmp/x; cat /tmp/x\nhi\n"),
    "the environment": fence("console", '$ echo "$PORT$PYTEST_VERSION$COVERAGE_X$PYTHON_DOTENV_DISABLED"\n\n'),
    "python": fence("pycon", ">>> tea = 3\n>>> tea\n3\n") + fence("pycon", ">>> tea + 1\n4\n"),
    "python in lines": fence("pycon", '>>> for x in "ab":\n...     print(x)\n...\na\nb\n>>> print("c\\nd")\n...\nd\n'),
    "python, of the copy": fence("pycon", '>>> import shop\n>>> shop.price("tea")\n3\n>>> 1 / 0\nTraceback ...\n...\n'
                                 "ZeroDivisionError: division by zero\n"),
    "excerpt": f"[shop.py](../shop.py#L4) has\n\n{fence('python', SHOP[SHOP.index('def') :])}",
    "excerpt with a gap": "[shop.py](../shop.py) and [RFC](https://x.example/y)\n\n"
    + fence("python", 'PRICES = {"tea": 3}\n...\n    return PRICES[name]\n'),
    "excerpt after another": f"[shop.py](../shop.py)\n\n{fence('text', 'def price(name):\n')}\nand\n\n"
    + fence("python", "    return PRICES[name]\n"),
    "excused": f"<!-- not run: needs Windows -->\n{fence('powershell', 'dir\n')}",
    "edit": "## Break it\n"
    + fence("diff", '--- shop.py\n+++ shop.py\n-PRICES = {"tea": 3}\n+PRICES = {"tea": 4}\n \n \n def price(name):\n')
    + fence("pycon", '>>> import shop\n>>> shop.price("tea")\n4\n')
    + "## Your turn\n"
    + fence("diff", "--- shop.py\n+++ shop.py\n+MORE = 1\n--- /dev/null\n+++ new.py\n+TEA = 5\n")
    + fence("console", "$ tail -n1 shop.py; cat new.py\nMORE = 1\nTEA = 5\n")
    + "## Recap\n"
    + fence("pycon", '>>> import shop\n>>> shop.price("tea"), hasattr(shop, "MORE")\n(3, False)\n')
    + fence("console", "$ ls new.py\nls: cannot access 'new.py': No such file or directory\n"),
    "mermaid": fence("mermaid", "flowchart LR\n  a[Client] -->|GET| b\n"),
    "server": fence("console", "$ A='x y' python wsgi.py\nOn port 3000\n...\n")
    + fence("console", "$ curl -sI http://localhost:3000/shop.py | head -1\nHTTP/1.0 200 OK\n")
    + fence("console", "...\n127.0.0.1 - - [22/Nov/2026 13:06:35] \"HEAD /shop.py HTTP/1.1\" 200 -\n")
    + fence("console", "^CStopped\n$ echo $?\n1\n"),
    "server, its process": fence("console", "$ python wsgi.py > log &\n[1] 4711\n$ ps -o comm= -p $!\npython\n")
    + fence("console", "$ kill $!; wait $!; cat log\nOn ...\n...\n"),
    "a comment": fence("console", "$ # tea, and then\n$ echo milk  # it's\nmilk\n"),
    "a number that is no heading": f"[shop.py](../shop.py)\n#12\n{fence('text', 'def price(name):\n')}",
    "server, called otherwise": fence("console", '$ A="x y" python3 wsgi.py\nOn port 3000\n...\n^CStopped\n'),
    "server that refuses": fence("console", "$ python -m http.server nowhere\n...\n$ echo $?\n2\n"),
}  # fmt: skip

WRONG = {
    "a made-up output": (
        fence("console", "$ true\n$ echo tea\ncoffee\n"),
        "{}:3\nThe lesson says:\n    $ echo tea\n    coffee\nWhat came out:\n    tea\n",
    ),
    "an output that is not shown": (fence("console", "$ echo tea\n"), "What came out:\n    tea\n"),
    "a missing line": (fence("console", "$ seq 3\n1\n3\n"), "{}:2\nThe lesson says:\n    $ seq 3\n    1\n    3\nWhat"),
    "an extra line": (fence("console", "$ seq 2\n1\n2\n3\n"), "    3\nWhat came out:\n    1\n    2\n"),
    "another order": (fence("console", "$ seq 2\n2\n1\n"), "    1\nWhat came out:\n    1\n    2\n"),
    "an order that a gap does not excuse": (fence("console", "$ seq 3\n...\n3\n...\n2\n...\n"), "    1\n    2\n    3"),
    "a wrong header": (fence("console", HEADERS.replace("th: 27\nD", "th: 26\nD")), "    Content-Length: 27\n"),
    "no line before the body": (fence("console", HEADERS.replace("GMT\n\n", "GMT\n")), "GMT\n    \n    hello"),
    "another kind of date": (fence("console", HEADERS.replace("Mon, 01 Jan 2024 00:00:00 GMT", "2024-01-01")), "Nov"),
    "a command that hangs": (
        fence("console", "$ echo tea; sleep 600\ntea\n"),
        "What came out:\n    tea\n    (still running after 2 s)",
    ),
    "a command that ends the shell": (fence("console", "$ exit\n"), "(the session has ended)"),
    "a server that does not start": (
        fence("console", "$ PORT=1 python -m http.server nowhere\nServing HTTP on 0.0.0.0 ...\n"),
        "What came out:\n    usage: server.py",
    ),
    "a server that does not listen": (
        fence("diff", "--- wsgi.py\n+++ wsgi.py\n-    server.serve_forever()\n+    server.server_close(), pause()\n")
        + fence("diff", "--- wsgi.py\n+++ wsgi.py\n import http.server, sys\n+from signal import pause\n")
        + fence("console", "$ python wsgi.py\nOn port 3000\n"),
        "On port 3000\n",
    ),
    "a server that says something else": (fence("console", "$ python wsgi.py\nOn port 3001\n"), "    On port 3000\n"),
    "a server that goes on after it was stopped": (
        fence("console", "$ python wsgi.py\n...\n$ kill -STOP $!\n") + fence("console", "^C\n"),
        "(still running after 2 s)",
    ),
    "an output of no server": (fence("console", "tea\n"), "no command, and no server"),
    "python": (fence("pycon", ">>> 1 + 1\n3\n"), "{}:2\nThe lesson says:\n    >>> 1 + 1\n    3\nWhat"),
    "a stale excerpt": (
        f"[shop.py](../shop.py)\n\n{fence('python', 'def price(name):\n    return PRICES.get(name)\n')}",
        "{}:4\nThe lesson says:\n    def price(name):\n        return PRICES.get(name)\nWhat",
    ),
    "an excerpt in another order": (
        f"[shop.py](../shop.py)\n{fence('python', '    return PRICES[name]\n...\ndef price(name):\n')}",
        "no such piece",
    ),
    "half a line": (f"[shop.py](../shop.py)\n{fence('python', 'def price(na\n')}", "no such piece"),
    "an excerpt of another section": (f"[shop](../shop.py)\n## Next\n{fence('text', 'def price(name):\n')}", "nothing"),
    "an edit that no longer applies": (
        fence("diff", "--- shop.py\n+++ shop.py\n-COSTS = 1\n+COSTS = 2\n"),
        "{}:2\nThe lesson says:\n    -COSTS = 1\n    +COSTS = 2\nWhat came out:\n    shop.py is there",
    ),
    "an edit of lines that stand there twice": (fence("diff", "--- shop.py\n+++ shop.py\n \n+x\n"), "2 times"),
    "an edit that makes what is there": (fence("diff", "--- /dev/null\n+++ shop.py\n+x\n"), "shop.py is there"),
    "an edit of what is not there": (fence("diff", "--- new.py\n+++ new.py\n+x\n"), "new.py is not there"),
    "an edit of one file that names another": (fence("diff", "--- x.py\n+++ shop.py\n+x\n"), "not an edit of"),
    "an edit outside of the copy": (fence("diff", "--- /dev/null\n+++ ../x\n+x\n"), "not an edit of a file in the"),
    "an edit that changes nothing": (fence("diff", "--- shop.py\n+++ shop.py\n def price(name):\n"), "no edit: "),
    "an edit of no file": (fence("diff", "PRICES = 3\n"), "no edit"),
    "mermaid": (fence("mermaid", "flowchart LR\n  a[Client (curl)] --> b\n"), "Client (curl)"),
    "a server whose command does not parse": (
        fence("console", "$ python wsgi.py 'oops\nOn port 3000\n"),
        "{}:2\nThe lesson says:\n    $ python wsgi.py 'oops\n    On port 3000\nWhat came out:\n    ",
    ),
    "a quote without an end": (fence("console", "$ echo 'tea\ntea\n"), "out:\n    bash: unexpected EOF"),
    "an excerpt of nothing": (f"[shop.py](../shop.py)\n{fence('python', '')}", "{}:3\nThe lesson says:\nWhat"),
    "an excerpt that is a gap": (f"[shop.py](../shop.py)\n{fence('python', '...\n\n')}", "nothing: a python fence"),
    "a command in lines": (
        fence("console", "$ echo tea \\\n>   milk\ntea\n"),
        "{}:2\nThe lesson says:\n    $ echo tea \\\n    >   milk\n    tea\nWhat",
    ),
    "a stop that says something else": (
        fence("console", "$ python wsgi.py\n...\n") + fence("console", "^CGone\n"),
        "{}:6\nThe lesson says:\n    ^CGone\nWhat came out:\n    ^CStopped\n",
    ),
    "a server that goes on otherwise": (
        fence("console", "$ python wsgi.py\nOn port 3000\n") + fence("console", "Tea: 1\n"),
        "{}:6\nThe lesson says:\n    Tea: 1\nWhat came out:\n    Process ID: ",
    ),
    "a fence without an excuse": (fence("powershell", "dir\n"), "{}:2\nThe lesson says:\n    dir\nWhat"),
    "a fence in a list": ("- so:\n\n  ```console\n  $ true\n  ```\n", "{}:3\nThe lesson says:\n      ```console\n"),
    "a fence as an item": ("1. ```console\n   $ true\n   ```\n", "{}:1\nThe lesson says:\n    1. ```console\n"),
    "a fence after a tab": ("-\tso\n\n\t~~~text\n\ttea\n\t~~~\n", "{}:3\nThe lesson says:\n    \t~~~text\n"),
    "a fence in a quotation": ("> ```console\n> $ true\n> ```\n", "{}:1\nThe lesson says:\n    > ```console\n"),
    "a fence without an end": ("So:\n```console\n$ true\n", "{}:2\nThe lesson says:\n    ```console\nWhat"),
    "a fence without a language": ("[shop.py](../shop.py)\n" + fence("", "def price(name):\n"), "a nameless fence"),
    "an excuse without a reason": (f"<!-- not run: -->\n{fence('sh', 'dir\n')}", "nothing: a sh fence"),
    "an excuse that stands elsewhere": (f"<!-- not run: x -->\n\nSo:\n\n{fence('sh', 'dir\n')}", "nothing: a sh fence"),
}  # fmt: skip


def run_all(root: Path, texts: Iterable[str], *args: str) -> list[str]:
    """What one run prints of each of these lessons: nothing but its failure."""
    project = Project(root)
    names = [project.write(f"lessons/{number:02}-x.md", text).stem for number, text in enumerate(texts)]
    output = project.run("lessons", "-n4", *args, PORT="1", COVERAGE_X="x")
    failures = dict(re.findall(r"^_+ (\d\d-x) _+\n(?:\[gw.*\n)?((?s:.*?)\n)(?=____|====)", output, re.MULTILINE))
    assert f"{len(failures)} failed" in output or not failures
    return [failures.get(name, "") for name in names]


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return dict(zip(RIGHT, run_all(tmp_path_factory.mktemp("right"), RIGHT.values()), strict=True))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    texts = [text for text, _ in WRONG.values()]
    return dict(zip(WRONG, run_all(tmp_path_factory.mktemp("wrong"), texts, "--lesson-timeout=2"), strict=True))


@pytest.mark.parametrize("name", RIGHT)
def test_right_lesson_passes(right: dict[str, str], name: str) -> None:
    assert right[name] == ""


@pytest.mark.parametrize("name", WRONG)
def test_wrong_lesson_fails_and_shows_why(wrong: dict[str, str], name: str) -> None:
    where = f"lessons/{[*WRONG].index(name):02}-x.md"
    _, message = WRONG[name]

    assert wrong[name].startswith(f"{where}:")
    assert message.format(where) in wrong[name]


def test_what_is_printed_after_the_end_is_left_for_the_next_command(tmp_path: Path) -> None:
    (tmp_path / "home/tutorial").mkdir(parents=True)

    with closing(Session(tmp_path, BASH[0], "printf '{}\\036a job, '\n".format)) as session:
        assert session.run("tea", 5) == ("tea", "")
        assert session.run("milk", 5) == ("a job, milk", "")


def test_one_lesson_is_run_by_its_path(project: Project) -> None:
    right, _ = (project.write(f"lessons/{name}.md", fence("console", "$ true\n")) for name in ("01-x", "02-x"))
    project.write("lessons/README.md", fence("console", "$ echo no lesson\n"))

    assert "1 passed" in project.run(str(right))
    assert "2 passed" in project.run("lessons")


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


def test_update_corrects_outputs_and_keeps_gaps_and_right_lines(project: Project) -> None:
    server = fence("console", "$ python wsgi.py\nOn port {}\n...\n") + fence("console", "^C{}\n")
    wrong = project.write("lessons/01-x.md", fence("console", OLD) + server.format(3001, "Gone"))

    assert "1 passed" in project.run("lessons", "--update", "--lesson-timeout=2")
    assert wrong.read_text() == fence("console", NEW) + server.format(3000, "Stopped")
    assert "1 passed" in project.run("lessons")


def test_update_leaves_right_lessons_alone_and_what_is_no_output_wrong(project: Project) -> None:
    right = project.write(
        "lessons/01-x.md", fence("console", "$ echo 1.5 s  \n1.2 s   \n\n\n") + "no newline at the end"
    )
    stale = project.write("lessons/02-x.md", f"[shop](../shop.py)\n{fence('python', 'x\n')}")
    nowhere = project.write("lessons/03-x.md", fence("console", "$ seq 3\n...\nmilk\n...\n"))
    before = [(path.read_bytes(), path.stat().st_mtime_ns) for path in (right, stale, nowhere)]

    assert "2 failed, 1 passed" in project.run("lessons", "--update")
    assert [(path.read_bytes(), path.stat().st_mtime_ns) for path in (right, stale, nowhere)] == before


@pytest.mark.parametrize(
    ("says", "came_out", "right"),
    [
        ("old 1|...|old 2", "NEW FIRST|middle|zzz", "NEW FIRST|...|zzz"),
        ("old|...", "1|2|3", "1|..."),
        ("...|old", "1|2|3", "...|3"),
        ("old|...|gone", "1", "1|..."),
        ("tea|old|...|milk", "tea|1|2|milk", "tea|1|...|milk"),
        ("tea|...|old|milk", "tea|1|2|milk", "tea|...|2|milk"),
        ("...|tea|old|...|gone", "1|tea|2|3|4", "...|tea|2|...|4"),
    ],
)
def test_update_loses_no_line_in_a_gap(says: str, came_out: str, right: str) -> None:
    assert merge(says.split("|"), came_out.split("|")) == right.split("|")


def test_lessons_run_side_by_side_while_their_port_is_taken(project: Project) -> None:
    serve = fence("console", "$ python wsgi.py\nOn port 3000\n...\n$ curl -I localhost:3000\nHTTP/1.0 200 OK\n...\n")
    for number in range(2):
        project.write(f"lessons/0{number}-x.md", serve)

    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("localhost", 3000))
            taken.listen()
        except OSError:
            pass  # by somebody else
        assert "2 passed" in project.run("lessons", "-n2")


def test_folder_for_temporary_files_has_a_space(project: Project, tmp_path: Path) -> None:
    project.tmp = tmp_path / "a folder"
    project.tmp.mkdir()
    project.write("lessons/01-x.md", fence("console", "$ python wsgi.py\nOn port 3000\n"))

    assert "1 passed" in project.run("lessons", "--lesson-timeout=5")


STRAGGLERS = """\
$ python wsgi.py
...
$ setsid sleep 600 >log &
$ env -i setsid sleep 600 >log &
$ touch started; {}
"""


def test_processes_and_copies_are_gone_afterwards(project: Project) -> None:
    for number, end in enumerate(["true", "echo wrong", "sleep 600", "exit"]):
        project.write(f"lessons/0{number}-x.md", fence("console", STRAGGLERS.format(end)))

    assert "3 failed, 1 passed" in project.run("lessons", "--lesson-timeout=1", "-n4")


@pytest.mark.parametrize("args", [[], ["-n2"]], ids=["alone", "side by side"])
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGKILL])
def test_processes_and_copies_are_gone_after_ctrl_c(project: Project, signum: int, args: list[str]) -> None:
    for number in range(2):
        project.write(f"lessons/0{number}-x.md", fence("console", STRAGGLERS.format("sleep 600")))

    pytest_run = project.start("lessons", *args)
    await_true(lambda: len([*project.tmp.glob("lesson-*/home/tutorial/started")]) == (2 if args else 1))
    os.killpg(pytest_run.pid, signum)
    pytest_run.communicate(timeout=20)

    await_true(lambda: project.left() == [])


def await_true(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_copy_lacks_what_git_ignores(project: Project) -> None:
    project.write("secrets", "")
    (project.root / ".git").mkdir()
    project.write("port", "3000 30001")
    project.write(
        "lessons/01-x.md", fence("console", "$ ls -A\n.gitignore\nlessons\nport\npytest.ini\nshop.py\nwsgi.py\n")
    )

    assert "1 passed" in project.run("lessons")


def test_without_curl_one_line_says_so(project: Project, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "bash").symlink_to(str(shutil.which("bash")))

    output = project.run("lessons", PATH=str(tools))

    assert output == "ERROR: The lessons are checked on Linux and macOS, with bash and curl: no curl here\n\n"


REAL = """\
# 1. Hello

## See it

```console
$ python wsgi.py
...
🌐 Application available at: http://localhost:3000
...
```

```console
$ curl -i http://localhost:3000/hello
HTTP/1.1 200 OK
...
Content-Length: 27
...

{"message": "Hello world"}
```

```console
...
2026-11-22 13:06:35,000 INFO GET /hello 200 27 bytes 0.8 ms
^C2026-11-22 13:06:35,000 INFO Stopped after 0.3 s; requests served: 1; peak memory: ...
$ echo $?
0
```
"""


def test_lesson_about_the_real_server(project: Project) -> None:
    for name in ("app.py", "devserver.py", "wsgi.py"):
        shutil.copy(ROOT / name, project.root)
    project.write("lessons/01-hello.md", REAL)

    assert "1 passed" in project.run("lessons")


@pytest.mark.parametrize(
    "diagram",
    [
        "flowchart TD\n  a --> b & c\n  b -->|no| d{Which?}\n  subgraph s [A title]\n    e(x) -.-> f\n  end",
        'flowchart LR\n  a["GET /hello (1)"] -- yes --> b',
        "sequenceDiagram\n  participant c as A client\n  c->>s: GET /hello\n  alt found\n    s-->>c: 200\n"
        "  else not\n    Note over c,s: nothing\n  end",
    ],
)
def test_diagram_that_parses(diagram: str) -> None:
    assert diagram_errors(diagram.split("\n")) == []


@pytest.mark.parametrize(
    ("diagram", "error"),
    [
        ("", "(no diagram)"),
        ("flowchart XY\n  a --> b", "flowchart XY"),
        ("flowchart LR\n  a[x (y)] --> b", "a[x (y)] --> b"),
        ("flowchart LR\n  a[x --> b", "a[x --> b"),
        ('flowchart LR\n  a["x] --> b', 'a["x] --> b'),
        ("flowchart LR\n  a -> b", "a -> b"),
        ("flowchart LR\n  a --> end", "a --> end"),
        ("flowchart LR\n  subgraph s\n  a --> b", "an `end` is missing, or one too many"),
        ("flowchart LR\n  end\n  subgraph s", "an `end` is missing, or one too many"),
        ("flowchart LR\n  alt s\n  end", "alt s"),
        ("sequenceDiagram\n  subgraph s\n  end", "subgraph s"),
        ("sequenceDiagram\n  a->>b", "a->>b"),
        ("sequenceDiagram\n  a->>b: x; y", "a->>b: x; y"),
        ("sequenceDiagram\n  end", "an `end` is missing, or one too many"),
    ],
)
def test_diagram_that_does_not_parse(diagram: str, error: str) -> None:
    assert diagram_errors(diagram.split("\n")) == [error]


@pytest.mark.parametrize(
    ("says", "came_out"),
    [
        ("2024-01-01T12:00:00.123456+00:00", "2026-11-22T13:06:35.000001+00:00"),
        ("2024-01-01 12:00:00,123 INFO x", "2026-11-22 13:06:35,999 INFO x"),
        ("[01/Jan/2024 12:00:00]", "[22/Nov/2026 13:06:35]"),
        ("1 passed in 0.12s", "1 passed in 12.34s"),
        ("200 27 bytes 0.8 ms", "200 27 bytes 12.3 ms"),
        ("   Process ID: 12345", "   Process ID: 7"),
        ("[2024-01-01 12:00:00 +0000] [12] [INFO] x (pid: 13)", "[2026-11-22 13:06:35 +0000] [7] [INFO] x (pid: 8)"),
        ("http://localhost:54321/hello", "http://localhost:49152/hello"),
        ("/tmp/pytest-of-you/pytest-0/x", "/tmp/pytest-of-root/pytest-12/y"),
        ("platform linux -- Python 3.12.1, pytest-9.2.0", "platform linux -- Python 3.14.0, pytest-9.3.1"),
        ("Server: Werkzeug/3.1.9 Python/3.12.1", "Server: Werkzeug/3.2.0 Python/3.13.0"),
        ("lib/python3.12/site.py", "lib/python3.14/site.py"),
        ("GET ...", "GET /hello"),
        ("Trying [::1]:3000...", "Trying [::1]:3000..."),
    ],
)
def test_what_changes_from_run_to_run_is_normalised(says: str, came_out: str) -> None:
    assert matches([says], [came_out])


@pytest.mark.parametrize(
    ("says", "came_out"),
    [
        ("2024-01-01T12:00:00.123456+00:00", "2026-11-22T13:06:35.123+00:00"),
        ("2024-01-01T12:00:00+00:00", "2024-01-01T12:00:00"),
        ("0.8 ms", "0.8 s"),
        ('{"version": "1.0.0"}', '{"version": "1.0.1"}'),
        ("HTTP/1.1 200 OK", "HTTP/1.0 200 OK"),
        ("http://localhost:3000", "http://localhost:3001"),
        ("127.0.0.1", "127.0.0.2"),
        ("27 bytes", "26 bytes"),
        ("PORT='65536' is refused", "PORT='65537' is refused"),
        ("31.2 MB", "31.3 MB"),
        ("GET ... 200", "GET /hello 200"),
    ],
)
def test_nothing_else_is_normalised(says: str, came_out: str) -> None:
    assert not matches([says], [came_out])
