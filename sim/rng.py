"""Keyed draws: every random number is a pure function of (seed, decision, week, entity, index).

Two policies on one seed therefore meet the same customers and the same luck, and nothing depends on the
order of rows, the number of threads, or who else exists. The generator is counter-based: a *stream* is
named by seed, decision and week; within it the counter ``entity + 2^32·index`` steps a Weyl sequence that
is mixed by the finaliser of splitmix64 (Steele, Lea & Flood 2014; Stafford's variant 13), a bijection, so
that no two counters of a stream share their bits. Entities are small ordinals or 64-bit hashes of names
(:mod:`sim.keys`); among N hashed entities with I indices in use, the chance that any two share a draw of a
stream is about N²·I / 2^64 (one in 2,000 for a million customers and 10,000 indices), and what they would share
is a few numbers of one decision.

**What a rule can find out.** The name of a stream is a keyed hash (BLAKE2b: RFC 7693) of decision and week under a
key that is made of the seed by scrypt (RFC 7914), which is slow on purpose. A rule that receives a stream's draws
can recover that stream's name, since the mixer is a bijection, and so continue its own luck. It cannot compute
from it the seed, the key, or any other stream. It can still *try* seeds: each costs about 30 ms and 16 MB, so that
the seeds people choose by hand (7, 42, 2024) fall within a minute, a number of nine digits in about a year, one drawn
from all 2^63 never. And it runs in the same process: Python does not isolate code, and a rule that searches frames or
the garbage collector's objects finds everything.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from sim.jit import jit

Floats = NDArray[np.float64]

#: Cost of a key: 2^14 blocks of 8 × 128 bytes in memory, about 30 ms. What an honest run pays once, a rule that tries
#: seeds pays for each.
_SLOWNESS, _BLOCKS = 2**14, 8
#: Keys kept: more than the seeds that the runs of a comparison come back to.
_SEEDS_KEPT = 1024
#: Decision and week as the bytes that name a stream.
_STREAM = struct.Struct("<qq")

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLY_1 = np.uint64(0xBF58476D1CE4E5B9)
_MULTIPLY_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_1, _SHIFT_2, _SHIFT_3 = np.uint64(30), np.uint64(27), np.uint64(31)
_INDEX_SHIFT, _NO_INDEX = np.uint64(32), np.uint64(0)
_TOP_52, _TOP_23 = np.uint64(12), np.uint64(41)
_STEP_52, _STEP_23 = np.float64(2.0**-52), np.float32(2.0**-23)
_HALF, _HALF_32 = np.float64(0.5), np.float32(0.5)


class Decision(IntEnum):
    """What a draw is for. The list may only grow: a number that has been used keeps its meaning."""

    # Customers, week by week (1–49)
    AWARENESS = 1  # does this customer learn of, or forget, this brand; index: brand
    OCCASIONS = 2  # how many occasions to buy consumables this week
    OCCASION_CATEGORY = 3  # which category an occasion is for; index: occasion
    NEED = 4  # does a durable need open; index: category, 64 + category: does the customer look for it this week
    CHOICE = 5  # taste of the moment (Gumbel) for an offer; index: offer + 256·occasion, 255 = nothing
    ORDER_SIZE = 6  # size of an order around the customer's mean; index: occasion
    ORDER_ROUNDING = 7  # rounding of a size to whole units; index: occasion
    PERFORMANCE = 8  # how well a delivered item performs; index: offer + 256·occasion
    FUNNEL = 9  # does this customer move to another stage of the funnel
    RATIONING = 10  # place in the queue when an offer is short; index: occasion
    UNSERVED = 11  # what an unserved customer does: wait, switch, leave; index: occasion
    FAILURE = 12  # when an owned item fails next; index: category, 8 + category: does the design as it is now fail,
    # at the start 64 + category: when it last failed, 72 + category: when it fails first
    SECOND_RATIONING = 13  # place in the queue of those who switched to an offer that is short too; index: occasion
    REPAIR = 20  # place in the queue among those who have waited equally long for an engineer; index: category
    FAILURE_REPORTED = 21  # does a failure reach the designers; index: category + 8·way (engineer, rep, understood)
    # + 32·weeks since the failure
    PROJECT_OPENS = 14  # how many projects open this week; index: category
    # What belongs to a project is keyed by customer and number of the project, whatever the week: the stream of week 0
    PROJECT_LENGTH = 15  # how long it lasts, when in its week it opened; index: 2·number, 2·number + 1
    PROJECT_DECIDERS = 16  # weights and tastes of its deciders; index: 256·number + 32·decider + item
    PROJECT_SIZE = 17  # units asked for, and their rounding; index: 2·number, 2·number + 1
    TASTE_DRIFT = 32  # how a customer's tastes move; index: attribute
    FIRM_CLOSES = 33  # does this customer close, so that another firm opens in its place
    PROJECT_CHOICE = 18  # taste of the moment (Gumbel) for an offer; index: offer + 256·number, 255 = nothing
    # Building the world (50–99); week 0
    CUSTOMER_TYPE = 50  # latent type
    TERRITORY = 51  # territory a customer lives in
    HOME_DISTRIBUTOR = 52  # home distributor
    MARKS = 53  # true marks; index: mark
    TASTE = 54  # taste weights; index: attribute
    PRICE_SENSITIVITY = 55  # price sensitivity
    PURCHASE_RATE = 56  # purchase rate
    CUSTOMER_SIZE = 57  # mean order size
    OWNED_AT_START = 58  # what a customer owns at the start; index: category
    AGE_AT_START = 59  # age of what a customer owns at the start; index: category
    AWARE_AT_START = 60  # brands known at the start; index: brand
    TIE_REWIRED = 61  # is this tie of the ring lattice rewired; index: position
    TIE_TARGET = 62  # whom a rewired tie leads to; index: position + 2^16·try
    TIE_STRONG = 63  # is this tie strong; entity: both keys mixed
    TYPE_CHANGE = 64  # does a customer's latent type change; index: 0 whether, 1 to which
    REP_AT_START = 65  # a rep's traits at the start; index: trait
    DISTRIBUTOR_AT_START = 66  # a distributor's traits at the start; index: trait
    MANAGER_AT_START = 67  # a manager's traits at the start; index: trait
    PORTFOLIO_AT_START = 68  # who among customers of equal turnover is an account at the start
    PROJECTS_AT_START = 69  # projects open at the start; index: category, 8 + 2·number: length, 9 + 2·number: age
    CAPABILITY_AT_START = 71  # what a distributor can do without advice
    PAST_PURCHASE = 75  # when a customer of another brand bought from us last, before the start; index: category
    CHURN_PROPENSITY = 73  # how prone a customer is to leave within a year
    # What the firm sees (100–149)
    MEASUREMENT = 100  # error of a measured mark; index: mark
    CONTACT_FOUND = 101  # is a potential user found
    STUDY = 102  # error of a bought study; index: question
    MEASUREMENT_AT_START = 107  # error of a mark in the records the firm starts with; index: mark
    REPORT = 103  # noise of a report; index: level
    REPORT_LOST = 104  # is a report lost; index: level
    LABEL = 105  # chance used by a segmentation rule
    TARGET = 106  # chance used by a coverage rule
    STUDY_SAMPLE = 109  # is this customer asked in a study; index: kind of study
    RIVALS_WATCHED = 110  # error of rivals' noted prices; entity: territory, index: rival offer
    POTENTIAL = 111  # error of the count of a territory's customers in registers; entity: territory
    COMMAND = 112  # does a territory carry out what a new call plan says of this customer
    IN_BOOKS = 116  # do our books name this customer when it buys; index: 0 the trait, 1 error of value, 2 of orders as
    # they stand when the books are opened; all in the stream of week 0
    ALIAS = 113  # names by which actors know customers; the stream of round k names a key of the permutation
    # Sales force and managers (150–199)
    CALL_PLAN = 150  # does a rep follow the call plan for this customer
    CALL_CHOICE = 151  # taste of the moment for calling on this customer
    SELLING_TIME = 152  # travel and waiting of a rep
    REP_OUTPUT = 153  # luck of a rep's effort; index: task
    OFFER_ARRIVES = 154  # does an outside offer reach this rep
    OFFER_VALUE = 155  # what it is worth
    QUIT = 156  # does the rep leave; the rule that says how likely it is draws from LEAVING
    HIRE = 157  # is a vacancy filled this week
    HIRE_ABILITY = 158  # what the new rep is like; index: trait
    FEEDBACK = 159  # effect of a review talk
    CHECK = 160  # which reps and forms are checked; index: form
    FORM = 161  # is a form filled in, truthfully; index: form
    ABSENCE = 162  # is a rep absent
    PROJECT_CALLS = 163  # how far a rep misjudges what a project is worth; index: number of the project
    POACHED = 164  # does an outside offer come from a rival
    APPLICANT = 166  # maturity of an applicant as seen, and behind it; index: applicant
    OFFER_ACCEPTED = 167  # does an applicant accept the position; index: applicant
    TRAIT_AT_START = 168  # further traits of reps and managers at the start; index: trait
    # Distributors and rivals (200–249)
    SHARE_DATA = 200  # does a distributor share its data
    ORDER_NOISE = 201  # noise of an order; index: offer
    DIVERSION = 202  # is diversion detected
    STUFFING = 203  # is stuffing agreed
    SHORT_SUPPLY = (
        204  # who gets the units left over when a short supply is shared out; entity: distributor, index: offer
    )
    BRAND_EFFORT = 206  # chance used by a rule that divides a distributor's effort among brands
    DISTRIBUTOR_CALLS = 207  # chance used by a rule for calls on distributors
    SUB_SUPPLY = (
        208  # who gets the units left over when a distributor's short stock is shared out; entity: sub-distributor
    )
    RIVAL_PRICE = 210  # noise of a rival's price; index: offer
    RIVAL_CAMPAIGN = 211  # does a rival start a campaign
    RIVAL_ENTRY = 212  # does a rival enter
    RIVAL_ADVERTISING = 213  # chance used by a rule of rivals' advertising and campaigns
    RIVAL_STUDY = 214  # error of what a rival brand found out of customers; entity: brand and category
    RIVAL_WATCH = 215  # error of what a rival brand sees of our campaigns; entity: brand, index: territory
    RIVAL_ESTIMATE = 216  # error of what a rival expects a customer to buy; entity: customer's and brand's key added
    RIVAL_SHARE_SEEN = (
        217  # error of what a rival holds for its share; entity: brand, index: 1 for distributors' effort
    )
    RIVAL_CALL_KNOWN = 218  # does a call of a rival's rep make its brand known; entity: as RIVAL_ESTIMATE
    RIVAL_CALL_TURN = 219  # when a rival's first call on an account falls due; entity: as RIVAL_ESTIMATE
    RIVAL_SALES_SEEN = 220  # does a rival see who bought; entity: as RIVAL_ESTIMATE, index: number of the order
    # Rules of policies (250–299): seen.luck, one decision for each question that has none above
    POLICY = 250  # chance used by a rule in a test, outside of any market
    PAY = 251
    HEAD_COUNT = 252
    GATEWAY = 253
    ADVERTISING = 254
    PRICING = 255
    RETAIL_PRICE = 256
    SHARING_CONTRACT = 257
    PRODUCTION = 258
    EFFORT = 259
    CALL_TIES = 260  # which of the accounts that are owed equally much a rep visits; not a rule's
    RECRUITING = 261
    RETENTION = 262
    SERVICE = 263
    TECHNICAL = 264
    PROMOTION = 266
    STUDIES = 267
    PROSPECTS = 268
    LEAVING = 269
    PURSUIT = 265
    RIVAL_FORCE = 280
    RIVAL_MARGIN = 281
    RIVAL_POACHING = 282
    LEDGER = 270  # chance used by a rule of the customer ledger
    MESSAGE = 286  # chance used by a rule for what calls stress
    OFFER_VARIANTS = 287  # chance used by a rule for variants of our offers


@jit
def mix(z: np.uint64) -> np.uint64:
    """Scramble 64 bits, one to one."""
    z = (z ^ (z >> _SHIFT_1)) * _MULTIPLY_1
    z = (z ^ (z >> _SHIFT_2)) * _MULTIPLY_2
    return z ^ (z >> _SHIFT_3)


@lru_cache(maxsize=_SEEDS_KEPT)
def _key(seed: int) -> bytes:
    """The key of all streams of a seed, slow to make."""
    return hashlib.scrypt(seed.to_bytes(8, "little"), salt=b"deepmarket", n=_SLOWNESS, r=_BLOCKS, p=1, dklen=32)


def stream(seed: int, decision: int, week: int) -> np.uint64:
    """Name of the stream of draws for one decision in one week (or tick), to be passed to kernels.

    ``seed`` is at least 0 and below 2^64, decision and week fit 64 bits. Raises OverflowError otherwise.
    """
    name = _named(int(seed)).copy()
    try:
        name.update(_STREAM.pack(decision, week))
    except struct.error as error:
        raise OverflowError(f"decision {decision}, week {week}: {error}") from error
    return np.uint64(int.from_bytes(name.digest(), "little"))


@lru_cache(maxsize=_SEEDS_KEPT)
def _named(seed: int) -> hashlib.blake2b:
    """The keyed hash of a seed, of nothing yet; to copy it is cheaper than to key another."""
    return hashlib.blake2b(digest_size=8, key=_key(seed), person=b"stream")


@jit
def bits(of_stream: np.uint64, entity: np.uint64, index: np.uint64) -> np.uint64:
    """64 random bits for ``entity`` (< 2^64; the sum wraps around) and ``index`` (< 2^32)."""
    counter = np.uint64(entity) + (np.uint64(index) << _INDEX_SHIFT)
    return mix(of_stream + _GOLDEN * counter)


@jit
def draw(of_stream: np.uint64, entity: np.uint64, index: np.uint64) -> np.float64:
    """Uniform float64 in (0, 1), never 0 nor 1, in steps of 2^-52."""
    return (np.float64(bits(of_stream, entity, index) >> _TOP_52) + _HALF) * _STEP_52


@jit
def draw32(of_stream: np.uint64, entity: np.uint64, index: np.uint64) -> np.float32:
    """Uniform float32 in (0, 1), never 0 nor 1, in steps of 2^-23."""
    return (np.float32(np.int32(bits(of_stream, entity, index) >> _TOP_23)) + _HALF_32) * _STEP_23


@jit
def _fill(of_stream: np.uint64, counters: NDArray[np.uint64], out: Floats) -> None:
    for i in range(out.size):
        out[i] = draw(of_stream, counters[i], _NO_INDEX)


@dataclass(frozen=True, repr=False)
class Luck:
    """The chance of one decision in one week: draws for the entities it is asked about, nothing else.

    It knows the name of its stream, not the seed, so that a rule that is given it cannot repeat the draws of other
    decisions, such as those that made the customers. What this does and does not hide from a rule: see the module.
    """

    _stream: np.uint64

    @classmethod
    def of(cls, seed: int, decision: int, week: int) -> Luck:
        """The luck of ``decision`` in ``week``."""
        return cls(stream(seed, decision, week))

    def uniform(self, entities: ArrayLike, index: ArrayLike = 0) -> Floats:
        """Uniform draws in (0, 1), one per entity, float64; ``index`` is one number or one per entity."""
        counters = np.asarray(entities).astype(np.uint64)
        if not isinstance(index, int) or index:  # added here, as bits() does: the sum broadcasts, and wraps around
            counters = np.asarray(counters + (np.asarray(index).astype(np.uint64) << _INDEX_SHIFT))
        out = np.empty(counters.shape, np.float64)
        if counters.ndim == 1:  # the usual case, without asking for other shapes
            _fill(self._stream, counters, out)
        else:
            _fill(self._stream, counters.reshape(-1), out.reshape(-1))
        return out

    def normal(self, entities: ArrayLike, index: ArrayLike = 0) -> Floats:
        """Standard normal draws by inverse CDF of the keyed uniform."""
        return _floats(special.ndtri(self.uniform(entities, index)))

    def lognormal(self, entities: ArrayLike, mean: ArrayLike, sigma: ArrayLike, index: ArrayLike = 0) -> Floats:
        """Lognormal draws with the given mean and standard deviation ``sigma`` of the logarithm."""
        spread = np.asarray(sigma, np.float64)
        z = self.normal(entities, index)
        return _floats(np.asarray(mean, np.float64) * np.exp(spread * z - 0.5 * spread**2))

    def gamma(self, entities: ArrayLike, shape: ArrayLike, mean: ArrayLike, index: ArrayLike = 0) -> Floats:
        """Gamma draws with the given shape and mean by inverse CDF."""
        k = np.asarray(shape, np.float64)
        return _floats(np.exp(self.log_gamma(entities, k, index)) * np.asarray(mean, np.float64) / k)

    def beta(self, entities: ArrayLike, a: float, b: float, index: ArrayLike = 0) -> Floats:
        """Beta(a, b) draws by inverse CDF of the keyed uniform."""
        return _floats(special.betaincinv(a, b, self.uniform(entities, index)))

    def log_gamma(self, entities: ArrayLike, shape: ArrayLike, index: ArrayLike = 0) -> Floats:
        """Logarithm of gamma draws with the given shape and scale 1; finite for any shape.

        Where the draw itself would be too small for a float, the first term of the CDF's series gives its logarithm.
        """
        u = self.uniform(entities, index)
        k = np.asarray(shape, np.float64)
        leading = (np.log(u) + special.gammaln(k + 1.0)) / k
        exact = special.gammaincinv(k, u)
        return _floats(np.where(leading < -200.0, leading, np.log(np.maximum(exact, 1e-300))))


def uniform(seed: int, decision: int, week: int, entities: ArrayLike, index: ArrayLike = 0) -> Floats:
    """:meth:`Luck.uniform` of one decision in one week."""
    return Luck.of(seed, decision, week).uniform(entities, index)


def normal(seed: int, decision: int, week: int, entities: ArrayLike, index: ArrayLike = 0) -> Floats:
    """:meth:`Luck.normal` of one decision in one week."""
    return Luck.of(seed, decision, week).normal(entities, index)


def lognormal(
    seed: int, decision: int, week: int, entities: ArrayLike, mean: ArrayLike, sigma: ArrayLike, index: ArrayLike = 0
) -> Floats:
    """:meth:`Luck.lognormal` of one decision in one week."""
    return Luck.of(seed, decision, week).lognormal(entities, mean, sigma, index)


def gamma(
    seed: int, decision: int, week: int, entities: ArrayLike, shape: ArrayLike, mean: ArrayLike, index: ArrayLike = 0
) -> Floats:
    """:meth:`Luck.gamma` of one decision in one week."""
    return Luck.of(seed, decision, week).gamma(entities, shape, mean, index)


def beta(seed: int, decision: int, week: int, entities: ArrayLike, a: float, b: float, index: ArrayLike = 0) -> Floats:
    """:meth:`Luck.beta` of one decision in one week."""
    return Luck.of(seed, decision, week).beta(entities, a, b, index)


def log_gamma(
    seed: int, decision: int, week: int, entities: ArrayLike, shape: ArrayLike, index: ArrayLike = 0
) -> Floats:
    """:meth:`Luck.log_gamma` of one decision in one week."""
    return Luck.of(seed, decision, week).log_gamma(entities, shape, index)


def _floats(values: object) -> Floats:
    return np.asarray(values, np.float64)


def continue_generators(of: Any, by: Any) -> None:
    """Let the generators of the Mesa model ``by`` stand where those of the model ``of`` stand.

    The project draws nothing from them; agents and models of users may.
    """
    by.random.setstate(of.random.getstate())
    by.rng.bit_generator.state = of.rng.bit_generator.state
