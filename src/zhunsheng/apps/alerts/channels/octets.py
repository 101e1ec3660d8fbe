"""The body of a frame, read field by field: SMPP and CMPP both fill their tables with octets and unsigned integers."""


class FrameInvalid(ValueError):
    """A frame that does not fit its table."""


class Octets:
    """What is left of a body."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def octets(self, length: int) -> bytes:
        """So many octets as they are.

        Raises  FrameInvalid if the body is shorter.
        """
        end = self._at + length
        if end > len(self._body):
            raise FrameInvalid(f"field of {length} octets at {self._at} of a body of {len(self._body)}")
        taken = self._body[self._at : end]
        self._at = end
        return taken

    def number(self, length: int = 1) -> int:
        """An unsigned integer of so many octets, the most significant first."""
        return int.from_bytes(self.octets(length), "big")
