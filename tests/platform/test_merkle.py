"""RFC 6962 against the tree of its own section 2.1.3 and the vectors of the reference implementation."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhunsheng.apps.audit.merkle import (
    EMPTY_ROOT,
    Frontier,
    ProofRefused,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_from_inclusion,
    roots_from_consistency,
    tree_root,
)

ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
LEAVES = [leaf_hash(entry) for entry in ENTRIES]
SIZES = st.integers(min_value=1, max_value=70)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(str(n).encode()) for n in range(size)]


def test_the_roots_of_the_reference_vectors() -> None:
    assert hashlib.sha256(b"").digest() == EMPTY_ROOT
    assert [tree_root(LEAVES[:size]).hex() for size in range(1, 9)] == list(ROOTS)


def test_the_paths_of_the_seven_leaf_tree_in_the_rfc() -> None:
    # 2.1.3: leaves d0..d6; a..f, j their hashes; g = ab, h = cd, i = ef, k = gh, l = ij; the root is kl.
    a, b, c, d, e, f, j = LEAVES[:7]
    g, h, i = node_hash(a, b), node_hash(c, d), node_hash(e, f)
    k, last = node_hash(g, h), node_hash(i, j)
    seven = LEAVES[:7]
    assert inclusion_proof(0, seven) == [b, h, last]
    assert inclusion_proof(3, seven) == [c, g, last]
    assert inclusion_proof(4, seven) == [f, j, k]
    assert inclusion_proof(6, seven) == [i, k]
    assert consistency_proof(3, seven) == [c, d, g, last]
    assert consistency_proof(4, seven) == [last]
    assert consistency_proof(6, seven) == [i, j, k]


@given(SIZES, st.data())
def test_every_leaf_leads_to_the_root_and_no_other_leaf_does(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    tree = leaves(size)
    path = inclusion_proof(index, tree)
    assert root_from_inclusion(tree[index], index, size, path) == tree_root(tree)
    assert root_from_inclusion(leaf_hash(b"forged"), index, size, path) != tree_root(tree)


@given(SIZES, SIZES)
def test_an_earlier_tree_is_shown_to_be_a_prefix(one: int, other: int) -> None:
    old, new = sorted((one, other))
    tree = leaves(new)
    proof = consistency_proof(old, tree)
    assert roots_from_consistency(old, new, tree_root(tree[:old]), proof) == (tree_root(tree[:old]), tree_root(tree))


@given(SIZES, st.data())
def test_a_rewritten_prefix_is_not_consistent(size: int, data: st.DataObject) -> None:
    changed = data.draw(st.integers(min_value=0, max_value=size - 1))
    honest = leaves(size)
    rewritten = [*honest]
    rewritten[changed] = leaf_hash(b"rewritten")
    rewritten.append(leaf_hash(b"next"))
    old_root = tree_root(honest)
    found = roots_from_consistency(size, size + 1, old_root, consistency_proof(size, rewritten))
    assert found != (old_root, tree_root(rewritten))


@given(SIZES, SIZES)
def test_a_frontier_continued_from_its_hashes_is_the_whole_tree(one: int, other: int) -> None:
    first, whole = sorted((one, other))
    begun = Frontier()
    begun.extend(leaves(first))
    continued = Frontier(begun.size, begun.subtrees)
    continued.extend(leaves(whole)[first:])
    assert continued.root() == tree_root(leaves(whole))


def test_proofs_of_the_wrong_length_are_refused() -> None:
    tree = leaves(7)
    path = inclusion_proof(3, tree)
    with pytest.raises(ProofRefused, match="too short"):
        root_from_inclusion(tree[3], 3, 7, path[:-1])
    with pytest.raises(ProofRefused, match="too many"):
        root_from_inclusion(tree[3], 3, 7, [*path, path[0]])
    with pytest.raises(ProofRefused, match="no leaf 7"):
        root_from_inclusion(tree[3], 7, 7, path)
    with pytest.raises(ProofRefused, match="no earlier size"):
        roots_from_consistency(8, 7, tree[0], [])
