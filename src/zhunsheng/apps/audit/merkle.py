"""Merkle trees as in RFC 6962, section 2: one root for a list of leaves, and short proofs about it.

Leaves are given as leaf hashes, SHA-256(0x00 ‖ data), except where a function says otherwise.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()


class ProofRefused(ValueError):
    """A proof has not the form that its tree sizes require."""


def leaf_hash(data: bytes) -> bytes:
    """Hash of one entry."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one hash for each full subtree, largest first.

    Holds log2(size) hashes, so a log of any length is continued without reading it again.
    """

    def __init__(self, size: int = 0, subtrees: Sequence[bytes] = ()) -> None:
        if len(subtrees) != size.bit_count():
            raise ProofRefused(f"{size} leaves have {size.bit_count()} full subtrees, not {len(subtrees)}.")
        self.size = size
        self.subtrees = list(subtrees)

    def append(self, leaf: bytes) -> None:
        """Add one leaf hash at the right."""
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.subtrees.pop(), node)
            size >>= 1
        self.subtrees.append(node)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Add leaf hashes in order."""
        for leaf in leaves:
            self.append(leaf)

    def root(self) -> bytes:
        """The tree head over all leaves so far."""
        if not self.subtrees:
            return EMPTY_ROOT
        node = self.subtrees[-1]
        for left in reversed(self.subtrees[:-1]):
            node = node_hash(left, node)
        return node


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    frontier = Frontier()
    frontier.extend(leaves)
    return frontier.root()


def inclusion_proof(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1: the siblings from leaf `index` up to the root."""
    if not 0 <= index < len(leaves):
        raise ProofRefused(f"There is no leaf {index} among {len(leaves)}.")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*inclusion_proof(index, leaves[:split]), tree_root(leaves[split:])]
    return [*inclusion_proof(index - split, leaves[split:]), tree_root(leaves[:split])]


def root_from_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root that a leaf and its path lead to.

    Raises  ProofRefused if the path is not as long as the tree requires.
    """
    if not 0 <= index < size:
        raise ProofRefused(f"There is no leaf {index} among {size}.")
    node, last, rest = leaf, size - 1, list(path)
    while last:
        if index & 1:
            node = node_hash(_next(rest), node)
        elif index < last:
            node = node_hash(node, _next(rest))
        index >>= 1
        last >>= 1
    if rest:
        raise ProofRefused(f"The path has {len(rest)} hashes too many.")
    return node


def consistency_proof(old_size: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF of RFC 6962, 2.1.2: that the first `old_size` leaves are a prefix of all."""
    if not 0 < old_size <= len(leaves):
        raise ProofRefused(f"{old_size} is no earlier size of {len(leaves)} leaves.")
    return _subproof(old_size, leaves, known=True)


def roots_from_consistency(
    old_size: int, new_size: int, old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes]:
    """The old and the new root that a consistency proof leads to.

    Raises  ProofRefused if the proof is not as long as the sizes require.
    """
    if not 0 < old_size <= new_size:
        raise ProofRefused(f"{old_size} is no earlier size of {new_size} leaves.")
    rest = list(proof)
    if old_size == new_size:
        if rest:
            raise ProofRefused("Two equal sizes need no hashes.")
        return old_root, old_root
    index, last = old_size - 1, new_size - 1
    while index & 1:
        index >>= 1
        last >>= 1
    # A whole power of two is itself the starting node, and the proof then does not repeat it.
    old = new = old_root if old_size.bit_count() == 1 else _next(rest)
    while last:
        if index & 1:
            sibling = _next(rest)
            old, new = node_hash(sibling, old), node_hash(sibling, new)
        elif index < last:
            new = node_hash(new, _next(rest))
        index >>= 1
        last >>= 1
    if rest:
        raise ProofRefused(f"The proof has {len(rest)} hashes too many.")
    return old, new


def _subproof(old_size: int, leaves: Sequence[bytes], *, known: bool) -> list[bytes]:
    if old_size == len(leaves):
        return [] if known else [tree_root(leaves)]
    split = _split(len(leaves))
    if old_size <= split:
        return [*_subproof(old_size, leaves[:split], known=known), tree_root(leaves[split:])]
    return [*_subproof(old_size - split, leaves[split:], known=False), tree_root(leaves[:split])]


def _split(size: int) -> int:
    # The largest power of two smaller than size.
    return 1 << ((size - 1).bit_length() - 1)


def _next(rest: list[bytes]) -> bytes:
    if not rest:
        raise ProofRefused("The proof is too short.")
    return rest.pop(0)
