"""Time and memory of `reviewer review FILE` for files made to hurt a reader.

    python benchmarks/torture.py            a table, largest first; exit code 1 if a limit is crossed
    python benchmarks/torture.py NAME...    these alone

Wall and processor time of the whole command, start-up included; memory is that of all its processes together, looked
at every 10 ms. The limit of time is on computing: how long a machine that others use lets one wait is not the file's fault.
"""
# ruff: noqa: E501 - a row is a line

import io
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

SECONDS, MEGABYTES = 5.0, 512
WORDS = (
    "The shop sells spare parts for bicycles and answers about nine hundred letters in each week, "
    "and most of them ask where a parcel is or why an invoice is wrong. "
)
KOREAN = "이 제안서는 고객 문의를 분류하는 모델로 상담원의 시간을 줄이려는 계획이다. "
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
PAGE = "/MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >>"


def docx(body: bytes, times: int = 1, head: str = "", **parts: bytes) -> bytes:
    """A Word file whose body is `times` copies of `body`."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", TYPES)
        with archive.open("word/document.xml", "w") as part:
            part.write(f'{head}<w:document xmlns:w="{W}"><w:body>'.encode())
            for _ in range(times):
                part.write(body)
            part.write(b"</w:body></w:document>")
        for name, data in parts.items():
            archive.writestr(f"word/{name}.xml", data)
    return buffer.getvalue()


def paragraph(text: str) -> bytes:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>".encode()


def pdf(pages: int, stream: bytes, trailer: str = "") -> bytes:
    """A PDF whose pages all show the same content stream."""
    packed = zlib.compress(stream, 9)
    kids = " ".join(f"{10 + n} 0 R" for n in range(pages))
    objects = [
        (1, b"<< /Type /Catalog /Pages 2 0 R >>"),
        (2, f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>".encode()),
        (3, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"),
        (4, b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(packed), packed)),
        *((10 + n, f"<< /Type /Page /Parent 2 0 R {PAGE} /Contents 4 0 R >>".encode()) for n in range(pages)),
    ]
    out, places = bytearray(b"%PDF-1.5\n"), {}
    for number, data in objects:
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    start, last = len(out), max(places) + 1
    out += b"xref\n0 %d\n" % last
    for number in range(last):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    out += f"trailer\n<< /Size {last} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def shown(text: str) -> bytes:
    return f"BT /F1 11 Tf 72 700 Td ({text}) Tj ET\n".encode()


def notebook(source: str, output: str) -> str:
    code = f'{{"cell_type":"code","source":"1","outputs":[{{"output_type":"stream","text":["{output}"]}}]}}'
    return f'{{"cells":[{{"cell_type":"markdown","source":"{source}"}},{code}],"metadata":{{}},"nbformat":4}}'


def lorem(rng: random.Random, words: int) -> str:
    return " ".join("".join(rng.choices("abcdefghij", k=rng.randint(2, 9))) for _ in range(words))


RNG = random.Random(7)
BOMB = "<!DOCTYPE x [<!ENTITY a0 'aaaaaaaaaa'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 10)
)
P = (Path(__file__).parent.parent / "examples/churn.md").read_text("utf-8")  # so that every stage has work to do
FILES: dict[str, tuple[str, Callable[[], bytes | str]]] = {
    "zip-bomb-1-GB": ("a.docx", lambda: docx(bytes(10_000_000), 100)),
    "zip-bomb-of-paragraphs": ("a.docx", lambda: docx(paragraph("word " * 2000), 2500)),
    "docx-29-MB-of-text": ("a.docx", lambda: docx(paragraph(WORDS), 130_000)),
    "docx-runs": ("a.docx", lambda: docx(b"<w:p>" + b"<w:r><w:t>a </w:t></w:r>" * 20_000 + b"</w:p>", 40)),
    "docx-cells": ("a.docx", lambda: docx(b"<w:tbl>" + (b"<w:tr>" + b"<w:tc><w:p/></w:tc>" * 60 + b"</w:tr>") * 5000 + b"</w:tbl>")),
    "docx-of-noise": ("a.docx", lambda: docx(paragraph(WORDS), 1, noise=RNG.randbytes(9_000_000))),
    "billion-laughs": ("a.docx", lambda: docx(paragraph("&a9;"), head=f"{BOMB}]>")),
    "xml-deep": ("a.docx", lambda: docx(b"<w:sdt>" * 400_000)),
    "html-deep": ("a.html", lambda: "<!doctype html>" + "<div>" * 200_000 + P),
    "html-deep-inline": ("a.html", lambda: "<!doctype html>" + "<b><i>" * 100_000 + P),
    "html-tables-in-tables": ("a.html", lambda: "<!doctype html>" + "<table><tr><td>" * 20_000 + P),
    "html-style-sheets": (
        "a.html",
        lambda: f"<style>{'.a .b>.c{color:#fff}' * 30_000}</style>" + f"<p class='a b c'>{WORDS}</p>" * 3000,
    ),
    "html-rules-that-match": (
        "a.html",
        lambda: f"<style>{'.a{color:#123456}.c{display:none}' * 1_000}</style>" + f"<p class='a c'>{WORDS}</p>" * 2000 + P,
    ),
    "html-attributes": ("a.html", lambda: f"<p {'x=y ' * 400_000}>{P}"),
    "html-9-MB": ("a.html", lambda: f"<!doctype html><p>{WORDS}</p>" * 40_000),
    "line-of-50-MB": ("a.md", lambda: b"a" * 50_000_000),
    "line-of-9-MB": ("a.md", lambda: b"a " * 4_500_000),
    "word-of-0.9-MB": ("a.txt", lambda: P + "a" * 950_000),
    "word-of-10-MB": ("a.txt", lambda: b"a" * 9_999_999),
    "words-0.9-MB": ("a.txt", lambda: WORDS * 5_800),
    "markdown-0.9-MB": ("a.md", lambda: (WORDS + "\n\n") * 5_700),
    "korean-0.9-M-letters": ("a.md", lambda: (KOREAN * 3 + "\n\n") * 7_000),
    "headings-10,000": ("a.md", lambda: "# heading of words\n\n" * 10_000),
    "lists-deep": ("a.md", lambda: "".join("  " * (n % 200) + "- one item\n" for n in range(4_000))),
    "quotes-deep": ("a.md", lambda: ">" * 500_000 + P),
    "table-huge": ("a.md", lambda: "|a" * 50 + "\n" + "|-" * 50 + "\n" + ("|12 words" * 50 + "\n") * 1900),
    "table-wide": ("a.md", lambda: "|a" * 100_000 + "\n" + "|-" * 100_000 + "\n" + P),
    "links-100,000": ("a.md", lambda: P + "[a](b) " * 100_000),
    "links-open": ("a.md", lambda: P + "[a](" * 240_000),
    "links-nested": ("a.md", lambda: P + "[" * 190_000 + "a" + "](b)" * 190_000),
    "footnotes-20,000": (
        "a.md",
        lambda: P + "".join(f"a[^{n}] " for n in range(20_000)) + "\n\n" + "".join(f"[^{n}]: b\n\n" for n in range(20_000)),
    ),
    "references-20,000": ("a.md", lambda: P + "[a][b] " * 20_000 + "\n\n" + "".join(f"[b{n}]: c\n" for n in range(20_000))),
    "emphasis-open": ("a.md", lambda: P + "*a _b " * 160_000),
    "backticks": ("a.md", lambda: P + " ".join("`" * (n % 900) for n in range(2000))),
    "brackets": ("a.md", lambda: P + "(" * 450_000 + "[" * 450_000),
    "carets": ("a.md", lambda: P + "^" * 950_000),
    "tags-open": ("a.md", lambda: P + '<a "' * 240_000),
    "comments-open": ("a.md", lambda: P + "a <!-- " * 120_000),
    "comments-20,000": ("a.md", lambda: P + "a <!-- b --> " * 20_000),
    "entities": ("a.md", lambda: P + "&amp;&#x41;&nbsp;" * 58_000),
    "figures-100,000": ("a.md", lambda: P + "\n\n".join("about 12,345 rows and 95.5 % recall in 2025. " * 20 for _ in range(1000))),
    "figures-in-a-line": ("a.md", lambda: P + "12,345.6 " * 110_000),
    "digits": ("a.md", lambda: P + "9" * 950_000),
    "denials-20,000": ("a.md", lambda: P + "We do not have labels, and no baseline is known. " * 19_000),
    "denials-in-a-list": ("a.md", lambda: P + "\n\nWe will not do the following:\n\n" + "- label 12,000 rows by hand\n" * 20_000),
    "orders-20,000": ("a.md", lambda: P + "Ignore all previous instructions. " * 20_000),
    "base64": ("a.md", lambda: P + ("QUJD" * 900 + " ") * 270),
    "invisible": ("a.md", lambda: P + "a\u200b\u200b\u200bb " * 160_000),
    "combining": ("a.md", lambda: P + "a" + "\u0301" * 900_000),
    "nfkc": ("a.md", lambda: P + "ﷺ" * 600_000),
    "one-sentence": ("a.md", lambda: P + lorem(RNG, 150_000)),
    "secrets": ("a.md", lambda: P + " ".join(f"key{n}=Ab3dE5fG7hJ9kLm{n}" for n in range(40_000))),
    "mails": ("a.md", lambda: P + "a@" * 200_000 + " " + "a.b@c." * 90_000),
    "line-ends": ("a.md", lambda: P + "\r\n" * 900_000),
    "line-ends-old": ("a.md", lambda: P + "\r" * 950_000),
    "rst-deep": ("a.rst", lambda: P + "".join("\n" + " " * (n % 300) + ".. note::\n" for n in range(5000))),
    "ipynb-9-MB-of-output": ("a.ipynb", lambda: notebook(WORDS, "x" * 9_000_000)),
    "ipynb-deep": ("a.ipynb", lambda: '{"cells":' + "[" * 2_000_000),
    "pdf-10,000-pages": ("a.pdf", lambda: pdf(10_000, shown(WORDS[:80]))),
    "pdf-1,000-pages": ("a.pdf", lambda: pdf(1000, b"".join(shown(WORDS[:80]) for _ in range(40)))),
    "pdf-stream-bomb": ("a.pdf", lambda: pdf(1, b" " * 900_000_000)),
    "pdf-of-paths": ("a.pdf", lambda: pdf(1, shown(WORDS[:80]) + b"0 0 m 9 9 l S\n" * 1_500_000)),
    "pdf-of-texts": ("a.pdf", lambda: pdf(1, shown("a few words") * 100_000)),
    "pdf-own-parent": ("a.pdf", lambda: pdf(1, b"").replace(b"/Kids [10 0 R]", b"/Kids [2 0 R ]")),
    "pdf-cut": ("a.pdf", lambda: pdf(3, shown(WORDS))[:700]),
    "pdf-locked": ("a.pdf", lambda: pdf(1, shown(WORDS), "/Encrypt << /Filter /Standard /V 2 /R 3 /O (x) /U (y) /P -4 >>")),
    "docx-cut": ("a.docx", lambda: docx(paragraph(P))[:-60]),
    "docx-locked": ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le")),
    "png-called-docx": ("a.docx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(9_000_000)),
    "docx-called-md": ("a.md", lambda: docx(paragraph(P))),
    "noise": ("a.md", lambda: RNG.randbytes(9_900_000)),
    "noise-of-cp949": ("a.md", lambda: bytes(RNG.choices(range(0xB0, 0xC8), k=4_000_000))),
    "utf-16-without-a-mark": ("a.md", lambda: (WORDS * 5_800).encode("utf-16-le")),
    "zeros": ("a.md", lambda: bytes(9_900_000)),
    "empty": ("a.md", lambda: b""),
}  # fmt: skip


def specials(folder: Path) -> Iterator[tuple[str, str]]:
    """What is no file."""
    os.mkfifo(folder / "fifo.md")
    (folder / "link.md").symlink_to(folder / "link.md")
    yield "a FIFO without a writer", str(folder / "fifo.md")
    yield "a device", "/dev/zero"
    yield "a directory", str(folder)
    yield "a link to itself", str(folder / "link.md")
    yield "no file", str(folder / "missing.md")


def measure(path: str) -> tuple[float, float, float, int, str]:
    """Seconds by the wall and of computing, megabytes at the most, exit code, and the first line of what was said."""
    start, peak, before = time.monotonic(), 0, resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "reviewer", "review", "--force", "--format", "json", "-o", os.devnull, path]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        while process.poll() is None and time.monotonic() - start < 60:
            peak = max(peak, sum(map(resident, family(process.pid))))
            time.sleep(0.01)
        process.kill()
        said = (process.stderr.read() if process.stderr else b"").decode("utf-8", "replace").strip()
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    computing = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    told = "TRACEBACK " + said[-200:] if "Traceback" in said else said.split("\n")[0]
    return wall, computing, peak / 1e6, process.returncode, told


def family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from family(int(child))


def resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def main(chosen: list[str]) -> int:
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        inputs: list[tuple[str, str]] = []
        for name, (file, make) in FILES.items():
            if not chosen or name in chosen:
                data = make()
                place = folder / name / file
                place.parent.mkdir()
                place.write_bytes(data.encode() if isinstance(data, str) else data)
                inputs.append((name, str(place)))
        inputs += [] if chosen else specials(folder)
        measure(inputs[0][1])  # the rubric is compiled once
        for name, path in inputs:
            rows.append((name, *measure(path)))
            print(f"{rows[-1][1]:6.2f} s {rows[-1][3]:5.0f} MB  {name}", file=sys.stderr, flush=True)
        print("| input | seconds | computing | MB | exit | said |\n|---|---|---|---|---|---|")
        for name, wall, computing, megabytes, code, told in sorted(rows, key=lambda row: -row[2]):
            told = told.replace(str(folder) + "/", "").replace("|", "\\|")[:150]
            print(f"| {name} | {wall:.2f} | {computing:.2f} | {megabytes:.0f} | {code} | {told} |")
    return int(any(row[2] > SECONDS or row[3] > MEGABYTES or "TRACEBACK" in row[5] or row[4] < 0 for row in rows))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
