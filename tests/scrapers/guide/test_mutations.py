"""Good pages, broken in thousands of ways: what comes out is what they say then, or an error; no wrong fact.

Every mutation is made from a seed, so a run can be repeated. By default there are more than 1,000, and under
`pytest -m soak` ten times as many. Their number and the counts are printed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from scrapers.base import Document, Scraper
from scrapers.guide import Ec2Guide, NitroPage
from tests.effort import effort
from tests.scrapers.guide import cell_mutations, oracle, other_mutations, page_mutations, table_mutations
from tests.scrapers.guide.figures import GUIDE
from tests.scrapers.guide.mutants import ERROR, LOST, RIGHT, WRONG, Base, Mutant, Mutation, bases, judge
from tests.scrapers.guide.pages import NOW, THEN, page, page_model

pytestmark = pytest.mark.effort

#: Mutants per mutation.
CELLS, PAGES, BYTES, NITRO, FORMER = effort(20, 195), effort(9, 85), effort(14, 140), effort(6, 60), effort(2, 20)


@dataclass
class Count:
    """What came of the mutants.

    Attributes:
        outcomes: Number of each outcome, by mutation.
        faults: Facts that are wrong or lost, with the mutation that brought them about.
    """

    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def take(self, name: str, scraper: Scraper, number: int, make: Callable[[random.Random], Mutant]) -> None:
        """Judge a number of mutants."""
        rng = random.Random(name)
        counter = self.outcomes.setdefault(name, Counter())
        for turn in range(number):
            mutant = make(rng)
            outcome = judge(mutant, scraper)
            counter[outcome.word] += 1
            if outcome.word in (WRONG, LOST):
                self.faults.append(f"{name} {turn} of {mutant.name}: {outcome.word}, {outcome.detail}")

    def take_all(self, family: str, mutations: tuple[Mutation, ...], number: int, of: list[Base], by: Scraper) -> None:
        """Judge mutants of every mutation, of good pages in turn."""
        for mutation in mutations:

            def make(rng: random.Random, mutation: Mutation = mutation) -> Mutant:
                return mutation(rng, rng.choice(of))

            self.take(f"{family} {mutation.__name__}", by, number, make)

    @property
    def total(self) -> Counter[str]:
        return sum(self.outcomes.values(), Counter())


@pytest.fixture(scope="module")
def count() -> Count:
    guide, nitro = Ec2Guide(), NitroPage()
    good = bases()
    counted = Count()
    counted.take_all("table:", table_mutations.MUTATIONS, CELLS, good, guide)
    counted.take_all("cells:", cell_mutations.MUTATIONS, CELLS, good, guide)
    counted.take_all("page:", page_mutations.MUTATIONS, PAGES, good, guide)
    plain = [base for base in good if base.is_plain]
    counted.take_all("bytes:", page_mutations.BYTE_MUTATIONS, BYTES, plain, guide)
    counted.take_all("former:", other_mutations.FORMER_MUTATIONS, FORMER, other_mutations.former_bases(), guide)
    for mutation in other_mutations.NITRO_MUTATIONS:
        counted.take(f"nitro: {mutation.__name__}", nitro, NITRO, mutation)
    counted.take_all("nitro bytes:", other_mutations.NITRO_BYTE_MUTATIONS, NITRO, [other_mutations.nitro_base()], nitro)
    return counted


def test_no_mutation_brings_about_a_wrong_fact(count: Count, capsys: pytest.CaptureFixture[str]) -> None:
    total = count.total
    with capsys.disabled():
        print(
            f"\n{total.total()} mutations of {len(count.outcomes)} kinds: {total[RIGHT]} right facts, "
            f"{total[ERROR]} errors, {total[WRONG]} wrong facts, {total[LOST]} lost facts"
        )
    assert not count.faults, "\n".join(count.faults[:20])
    assert total.total() >= effort(1_000, 10_000)
    assert total[RIGHT] >= effort(200, 2_000)
    assert total[ERROR] >= effort(500, 5_000)


@pytest.mark.parametrize(
    "name",
    [
        *("same_page", "order_sections", "write_disks", "write_kind", "write_hypervisor", "write_metal", "mark_types"),
        *("change_note",),
    ],
)
def test_what_only_says_something_else_is_read(count: Count, name: str) -> None:
    outcomes = next(outcomes for key, outcomes in count.outcomes.items() if key.split()[1] == name)
    assert set(outcomes) == {RIGHT}


@pytest.mark.parametrize(
    "name",
    [
        *("drop_column", "double_column", "rename_two_columns", "rotate_columns", "write_garbage", "take_row_of_page"),
        *("shift_cells", "drop_cell", "drop_section", "double_section", "drop_table", "swap_tables", "swap_headings"),
        *("strange_page", "other_language", "other_address", "other_identity", "double_page", "cut", "other_encoding"),
    ],
)
def test_what_says_nothing_certain_is_refused(count: Count, name: str) -> None:
    outcomes = next(outcomes for key, outcomes in count.outcomes.items() if key.split()[1] == name)
    assert set(outcomes) == {ERROR}


@pytest.mark.parametrize("style", [NOW, THEN])
@pytest.mark.parametrize("name", GUIDE)
def test_reader_and_parser_agree_on_the_good_pages(name: str, style: object) -> None:
    """The judge of the mutations, which reads models, finds in full pages what the parser finds."""
    chosen = NOW if style is NOW else THEN
    reported = Ec2Guide().parse(Document(f"{name}.html", page(name, GUIDE[name], chosen)))
    wrong, lost = oracle.same(reported, oracle.truth(page_model(name, GUIDE[name], chosen)))
    assert (wrong, lost) == (set(), set())
