"""A block of rendered text with marks for what must differ each time it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

TIME = "\x01"
"""Start of each record's time stamp: date and hour, or date, hour and minute."""
NUMBER = "\x02"
"""Leading digits of a mini-batch id; the template has the last three."""
PID = "\x03"
TOKEN = "\x04"
"""Eight hex digits that make messages differ from block to block."""

_LEADING_ZEROS = re.compile(rb"\x020*(\d)")


@dataclass(frozen=True)
class Template:
    """Bytes with marks, and how many records and tracebacks they hold."""

    content: bytes
    records: int
    tracebacks: int = 0

    def fill(self, time: str, number: int, pid: int, token: int) -> bytes:
        """The block with its marks replaced. ``number`` 0 gives ids from 0 on."""
        content = self.content.replace(b"\x01", time.encode())
        content = content.replace(b"\x03", b"%d" % pid).replace(b"\x04", b"%08x" % token)
        if number == 0:
            return _LEADING_ZEROS.sub(rb"\1", content)
        return content.replace(b"\x02", b"%d" % number)

    def shortened(self, size: int) -> Template:
        """The first records of about ``size`` bytes, at least one. Only for text logs."""
        end = self.content.rfind(b"\n\x01", 0, max(size, 1)) + 1
        end = end or self.content.find(b"\n\x01") + 1 or len(self.content)
        kept = self.content[:end]
        tracebacks = kept.count(b"Traceback (most recent call last):")
        return replace(self, content=kept, records=kept.count(b"\x01"), tracebacks=tracebacks)
