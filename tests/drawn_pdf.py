"""PDF pages with words and rules at given places: what a test of tables needs."""

from collections.abc import Sequence
from dataclasses import dataclass, field

HEIGHT, WIDTH = 842, 595


@dataclass
class Page:
    """Points from the top left, y downwards; the order of calls is the order in the file."""

    content: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, *, size: float = 10, bold: bool = False) -> None:
        escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
        font = "B" if bold else "F"
        self.content.append(f"BT /{font} {size} Tf {x:.2f} {HEIGHT - y:.2f} Td ({escaped}) Tj ET")

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.content.append(f"{x0:.2f} {HEIGHT - y0:.2f} m {x1:.2f} {HEIGHT - y1:.2f} l S")

    def box(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.content.append(f"{x0:.2f} {HEIGHT - y1:.2f} {x1 - x0:.2f} {y1 - y0:.2f} re S")

    def table(
        self,
        rows: Sequence[Sequence[str]],
        xs: Sequence[float],
        top: float,
        *,
        ruled: bool = True,
        height: float = 20,
        bold: bool = False,
    ) -> None:
        """Cells between the `xs`; of each, the lines are those of its text."""
        for number, row in enumerate(rows):
            y = top + number * height
            for column, cell in enumerate(row):
                if ruled:
                    self.box(xs[column], y, xs[column + 1], y + height)
                for at, line in enumerate(cell.split("\n")):
                    self.text(xs[column] + 4, y + 14 + 12 * at, line, bold=bold and not number)


def document(*pages: Page, rotate: int = 0) -> bytes:
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
    ]
    kids: list[int] = []
    for page in pages:
        content = "\n".join(page.content).encode("cp1252")
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Rotate %d"
            b"/Resources<</Font<</F 3 0 R/B 4 0 R>>>>/Contents %d 0 R>>"
            % (WIDTH, HEIGHT, rotate, len(objects))
        )
        kids.append(len(objects))
    named = b" ".join(b"%d 0 R" % kid for kid in kids)
    objects[1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(kids), named)
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    trailer = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(data))
    return data + head + trailer
