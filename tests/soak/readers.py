"""Fuzzing of file readers: no damage to a file crashes a reader.

Run: python -m tests.soak.readers --seconds 600 [--write docs/benchmarks/fuzzing.json]

Every reader has a target: those of tables, and each message format. Samples are damaged at random,
from a seed; if atheris is installed (it has builds for Linux on x86-64), it searches for damage
that reaches new code in three quarters of the time. Either ends with an error at the first crash,
and leaves the file that caused it at the printed path.
"""

import argparse
import io
import json
import os
import platform
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pyarrow as pa
from pyarrow import ipc, orc, parquet
from tests.support.compound import compound, outlook
from tests.trade.readers.parts.samples import in_pieces
from xlsxwriter import Workbook

from tidewaiter.base.errors import InputError
from tidewaiter.trade.readers import BUILT_IN, CARRYING
from tidewaiter.trade.readers.formats import ALSO
from tidewaiter.trade.readers.passthrough_columns import kept_at, only_lines
from tidewaiter.trade.types import LINES, ReadOptions, Refusal

DATA = Path(__file__).parents[1] / "data"
FILES = {
    "wco-xml": "wco.xml",
    "asycuda-xml": "asycuda.xml",
    "ens-cc315a": "cc315a.xml",
    "xfwb": "xfwb.xml",
    "xfzb": "xfzb.xml",
    "xfhl": "xfhl.xml",
    "ics2-xml": "ics2.xml",
    "edifact": "*.edi",
    "x12": "*.x12",
    "cargo-imp": "*.f*",
    "dcsa": "dcsa*.json",
    "postal": "itmatt*.json",
    "csv": "*.csv",
    "ubl": "ubl_*.xml",
    "cii": "cii.xml",
    "ncts5": "cc029c.xml",
    "aes": "cc515c.xml",
    "emcs": "ie815.xml",
    "nfe": "nfe.xml",
    "cte": "cte.xml",
    "cfdi": "cfdi.xml",
    "idoc": "idoc_*.xml",
    "asycuda-manifest": "awmds.xml",
    "xml": "ubl_*.xml",
    "x12-all": "*.x12",
    **{
        name: f"{name}.xml"
        for name in (
            "bmecat",
            "canada-post",
            "cxml",
            "facturae",
            "dte-cl",
            "ebinterface",
            "finvoice",
            "fatturapa",
            "gs1-xml",
            "hu-invoice",
            "id-coretax",
            "isdoc",
            "ksef",
            "opentrans",
        )
    },
    **{path.stem: f"json/{path.name}" for path in (DATA / "messages" / "json").glob("*.json")},
}
TEXTS = {
    "tradacoms": "STX=ANA:1+A:A+B:B+261201+1'MHD=1+ORDHDR:9'TYP=0430'MTR=3'MHD=2+ORDERS:9'CLO=1'"
    "ORD=1::261201'OLD=1+:1+++:ACETONE+5+10+++ACETONE 1 L'OTR=1'MTR=5'END=2'",
    "any-json": '{"d": {"rows": [{"goods": "acetone", "net": 2.5}, {"goods": "toluene"}]}}',
    "text": "Dear all,\n\n100 drums of ace-\ntone\n\nRegards\n",
    "web-page": "<html><body><table><tr><td>acetone<td>5 kg</table>after</body></html>",
    "email": "From: a@b.example\nSubject: offer\nMIME-Version: 1.0\n"
    'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain\n\nacetone\n'
    "--x\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\nPHA+YTwvcD4=\n--x--\n",
    "rtf": r"{\rtf1\ansicpg1251{\fonttbl{\f0\fcharset204 A;}}\f0 \'d3\u8364?\par\trowd goods\cell "
    r"hs\cell\row\trowd acetone\cell 291411\cell\row{\pict 00}\par}",
    "pdf": "%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages "
    "/Kids [3 0 R] /Count 1 >>\nendobj\n3 0 obj\n<< /Type /Page /Parent 2 0 R /Contents 4 0 R "
    "/Resources << /Font << /F1 5 0 R >> >> >>\nendobj\n4 0 obj\n<< /Length 29 >>\nstream\n"
    "BT /F1 9 Tf (acetone) Tj ET  \nendstream\nendobj\n5 0 obj\n<< /Type /Font /Subtype /Type1 "
    "/BaseFont /Helvetica >>\nendobj\ntrailer << /Size 6 /Root 1 0 R >>\n%%EOF",
    "jsonl": '{"goods": "acetone", "hs": "291411", "net": "25 kg", "parties": [{"name": "A"}]}\n',
    "shopify-products": '{"products": [{"title": "A", "handle": "a", "body_html": "<p>b</p>", '
    '"variants": [{"title": "1 l", "price": "2.50", "grams": 900, "weight_unit": "g"}]}]}',
    "shopify-orders": '{"orders": [{"id": 1, "currency": "EUR", "shipping_address": {"city": "B"}, '
    '"line_items": [{"name": "A", "quantity": 2, "price": "2.50", "grams": 5, "vendor": "V"}]}]}',
    "woocommerce-orders": '[{"number": "1", "order_key": "k", "created_via": "checkout", '
    '"prices_include_tax": true, "line_items": [{"name": "A", "quantity": 2, "total": "2.50"}]}]',
    "google-products": '[{"offerId": "1", "title": "A", "price": {"value": "2", "currency": "EUR"},'
    ' "shippingWeight": {"value": 1.5, "unit": "kg"}, "targetCountry": "DE"}]',
    "amazon-orders": '{"payload": {"AmazonOrderId": "1", "OrderItems": [{"Title": "A", '
    '"QuantityOrdered": 1, "ItemPrice": {"Amount": "2", "CurrencyCode": "EUR"}}]}}',
    "eu-h7": "<H7><LRN>1</LRN><exporter><name>A</name></exporter><GoodsItem><goodsItemNumber>1"
    "</goodsItemNumber><commodity><descriptionOfGoods>Acetone</descriptionOfGoods></commodity>"
    '<intrinsicValue currency="EUR">20</intrinsicValue></GoodsItem></H7>',
}
JSON_ARRAY = '[{"goods": "acetone", "n": 1}, {"goods": "toluene", "n": 2.5}, {"n": 3, "goods": ""}]'
JSON_LINES = (
    '{"note": "x", "importer": "A", "lines": [{"goods": "a", "zork": [1]}, {"goods": "b"}]}'
)
PIECES = (
    b"<",
    b"</",
    b">",
    b"/>",
    b"&amp;",
    b"&#0;",
    b"&x;",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"<?xml ?>",
    b"<!DOCTYPE a>",
    b"<Item>",
    b"<null/>",
    b'a="',
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\0",
    b",",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b'":',
    b"null",
    b"1e999",
    b"-0",
    b"\\ud800",
    b"'",
    b"+",
    b":",
    b"?",
    b"UNT+1+1'",
    b"UNH+1+CUSCAR:D:95B:UN'",
    b"\r\n",
    b"\t",
    b";",
    b"kg",
    b"/",
)
LARGEST = 20_000  # bytes of a damaged sample
TARGETS = tuple(dict.fromkeys(ALSO.get(name, name) for name in BUILT_IN))


def check(name: str, raw: bytes) -> int:
    """Read bytes with a reader, and report the unmapped fields of each line, as for an alert.

    Returns:
        Number of batches and of refusals.

    Raises:
        AssertionError: The reader yielded something else.
    """
    count = 0
    try:
        packed = _workbook(raw) if name == "xlsx" else raw
        for item in CARRYING[name](io.BytesIO(packed), f"a.{name}", ReadOptions()):
            count += 1
            if isinstance(item, Refusal):
                assert item.problem, item
            else:
                item.validate(full=True)
                assert only_lines(item).schema == LINES
                kept_at(item, range(len(item)))
    except InputError:
        count += 1
    return count


@lru_cache(maxsize=1)
def samples() -> Mapping[str, Sequence[bytes]]:
    """Give samples of each target: of workbooks a whole, and its parts behind their number."""
    found = {name: [text.encode()] for name, text in TEXTS.items()}
    for name, pattern in FILES.items():
        found[name] = [
            path.read_bytes()
            for folder in ("messages", "formats")
            for path in sorted((DATA / folder).glob(pattern))
        ]
    out = io.BytesIO()
    parquet.write_table(pa.table({"goods": ["acetone"], "hs": ["291411"], "net": [1.5]}), out)
    beside = {"goods": ["acetone"] * 6, "zork": ["a", "b", None] * 2, "blah": [{"c": ["d"]}] * 6}
    carried = io.BytesIO()
    parquet.write_table(pa.table(beside), carried, row_group_size=3, compression="none")
    found["parquet"] = [out.getvalue(), carried.getvalue()]
    found["jsonl"].extend([JSON_ARRAY.encode(), JSON_LINES.encode()])
    found["xlsx"] = [bytes([place]) + part for place, part in enumerate(_parts().values())]
    found["xlsx"].append(_workbook(found["xlsx"][0]))
    found.update(containers())
    found.update(parts())
    return {name: found[name] for name in TARGETS}


def containers() -> dict[str, list[bytes]]:
    """Give samples of the tables in other containers."""
    table = pa.table({"goods": ["acetone", "toluene"], "hs": ["291411", None], "net": [1.5, 2]})
    arrow, stream, columns = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with ipc.new_file(arrow, table.schema) as file:
        file.write_table(table)
    with ipc.new_stream(stream, table.schema) as piped:
        piped.write_table(table)
    orc.write_table(table, columns)
    return {
        "arrow": [arrow.getvalue(), stream.getvalue()],
        "orc": [columns.getvalue()],
        "sqlite": [sqlite_sample()],
        "dbf": [dbf_sample()],
        "html": [b"<html><p>x<table><tr><th>goods<th>hs<tr><td colspan=2>acetone</table>"],
        "xml-workbook": [XML_WORKBOOK.encode()],
        "xls": [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)],
    }


def parts() -> dict[str, list[bytes]]:
    """Give samples of files that hold others, stored so that damage reaches what they hold."""
    table = b"goods,hs\nacetone,291411\n"
    word = '<w:document xmlns:w="w"><w:p><w:t>x</w:t></w:p><w:tbl><w:tr><w:tc><w:p><w:t>goods</w:t>'
    word += '</w:p></w:tc></w:tr><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:t>tea'
    word += "</w:t></w:p></w:tc></w:tr></w:tbl></w:document>"
    mail = outlook("offer", "acetone", b"<p>acetone<table><tr><td>tea</table>", {"a.csv": table})
    return {
        "document": [_stored({"word/document.xml": word.encode(), "word/embeddings/a.csv": table})],
        "archive": [_stored({"a.csv": table, "b.txt": b"toluene"})],
        "msg": [compound(mail)],
        "signed": [in_pieces(table), b64encode(in_pieces(table))],
        "access": [b"\0\1\0\0Standard Jet DB\0" + bytes(4096)],
    }


def _stored(members: Mapping[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name, data in members.items():
            made.writestr(name, data)
    return held.getvalue()


def sqlite_sample() -> bytes:
    """Write a database with one table."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE lines (goods TEXT, hs TEXT, net REAL)")
        database.execute("INSERT INTO lines VALUES ('acetone', '291411', 1.5), ('x', NULL, 2)")
        database.commit()
        return database.serialize()


def dbf_sample(
    *rows: tuple[str, str], codec: str = "cp850", driver: int = 2, fields: str = "CC"
) -> bytes:
    """Write a dBASE table with the columns GOODS and HS, twenty bytes each."""
    kinds = zip((b"GOODS", b"HS"), fields, strict=True)
    described = b"".join(
        name.ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([20, 0]) + bytes(14)
        for name, kind in kinds
    )
    held = rows or (("acetone", "291411"),)
    head = bytes([3, 126, 12, 1]) + len(held).to_bytes(4, "little") + (97).to_bytes(2, "little")
    head += (41).to_bytes(2, "little") + bytes(17) + bytes([driver]) + bytes(2)
    cells = (b" " + b"".join(c.encode(codec).ljust(20) for c in row) for row in held)
    return head + described + b"\r" + b"".join(cells) + b"\x1a"


XML_WORKBOOK = (
    '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="A"><Table><Row>'
    "<Cell><Data>goods</Data></Cell><Cell><Data>hs</Data></Cell></Row><Row><Cell><Data>acetone"
    '</Data></Cell><Cell ss:Index="2"><Data>291411</Data></Cell></Row></Table></Worksheet>'
    "</Workbook>"
)


@lru_cache(maxsize=1)
def _parts() -> Mapping[str, bytes]:
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["goods", "hs", "net weight kg", "arrival"])
        sheet.write_row(1, 0, ["acetone", "291411", 25])
        sheet.write_number(1, 3, 46000, day)
    with zipfile.ZipFile(out) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def _workbook(raw: bytes) -> bytes:
    """Put a part into a workbook: the one whose number is the first byte; else these are all."""
    names = list(_parts())
    if not raw or raw[0] >= len(names):
        return raw
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for place, (name, part) in enumerate(_parts().items()):
            packed.writestr(name, raw[1:] if place == raw[0] else part)
    return out.getvalue()


def damaged(chance: random.Random, name: str) -> bytes:
    """Damage a sample of a target in a few places."""
    raw = bytearray(chance.choice(samples()[name]))
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(raw) + 1)
        end = place + chance.choice((0, 0, 1, 4, 60))
        put = chance.choice((*PIECES, b"", chance.randbytes(3), bytes(raw[place : place + 40])))
        raw[place:end] = put
    return bytes(raw[:LARGEST])


def plain(seconds: float, seed: int, names: Sequence[str] = TARGETS) -> Counter[str]:
    """Damage samples at random for so long; count what was read by each reader.

    Raises:
        SystemExit: A reader crashed.
    """
    chance, count = random.Random(seed), Counter[str]()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for name in names:
            raw = damaged(chance, name)
            try:
                check(name, raw)
            except Exception:  # noqa: BLE001 - whatever it is, it should not be
                where = Path(tempfile.mkdtemp(prefix="readers-")) / name
                where.write_bytes(raw)
                sys.exit(f"{traceback.format_exc()}{name} crashes at {where}")
            count[name] += 1
    return count


def guided(seconds: int, seed: int) -> int:
    """Let atheris search for damage in a separate process; return the number of files it read.

    Raises:
        SystemExit: A reader crashed, took over ten seconds, or more than 2 GB.
    """
    folder = Path(tempfile.mkdtemp(prefix="readers-"))  # it keeps what reaches new code
    for place, name in enumerate(TARGETS):
        for number, raw in enumerate(samples()[name]):
            (folder / f"{name}-{number}").write_bytes(bytes([place]) + raw)
    words = folder.with_suffix(".dict")
    words.write_text("".join('"' + "".join(f"\\x{byte:02x}" for byte in p) + '"\n' for p in PIECES))
    flags = (
        f"-max_total_time={seconds}",
        f"-max_len={LARGEST}",
        f"-seed={seed}",
        f"-dict={words}",
        "-timeout=10",
        "-rss_limit_mb=2048",
        f"-artifact_prefix={folder.with_suffix('.found-')}",
    )
    run = subprocess.run(
        [sys.executable, "-m", "tests.soak.guided", *flags, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    done = re.search(r"^Done (\d+) runs", run.stdout, re.MULTILINE)
    if run.returncode or not done:
        sys.exit(run.stdout[-6000:])
    return int(done[1])


def main() -> None:
    """Damage samples, and say how many were read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600, help="in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plain", action="store_true", help="without atheris")
    parser.add_argument("--write", type=Path, help="where the counts are written")
    told = parser.parse_args()
    try:
        atheris = "" if told.plain else version("atheris")
    except PackageNotFoundError:
        atheris = ""
        sys.stderr.write("atheris is not installed: samples are damaged at random only\n")
    by_code = told.seconds * 3 // 4 if atheris else 0
    started = time.process_time()
    count = plain(told.seconds - by_code, told.seed)
    spent = time.process_time() - started
    found = guided(by_code, told.seed) if by_code else 0
    result = {
        "day": datetime.now(UTC).date().isoformat(),
        "python": platform.python_version(),
        "atheris": atheris,
        "seed": told.seed,
        "at_random": {"seconds": told.seconds - by_code, "cpu": round(spent), "read": dict(count)},
        "by_code": {"seconds": by_code, "cpu": round(os.times().children_user), "read": found},
        "crashes": 0,
    }
    if told.write:
        told.write.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{count.total()} files damaged at random and {found} by atheris, no crash\n")


if __name__ == "__main__":
    main()
