"""Customers: one row each, with all that is true of them and that the firm does not see."""

from __future__ import annotations

import numpy as np

from sim.state.table import NEVER, Table, column

#: Brand owned by a customer who owns none.
NO_BRAND = -1

#: Attribute that a call stressed which had no message.
NOTHING_STRESSED = -1

#: Brands and categories fit the bits of one byte.
MAX_BRANDS = 8
MAX_CATEGORIES = 8

#: Averages of calls that a customer keeps: lately, and what it is used to.
CONTACT_STOCKS = 2


class Customers(Table):
    """What is true of each customer; the firm does not see it."""

    key = column(
        np.uint64, "-", "stable key, used in draws: the place in a generated market, a hash of the id in a table"
    )
    type = column(np.uint8, "-", "latent type: the true segment")
    territory = column(np.uint16, "-", "territory the customer is in")
    distributor = column(np.uint16, "-", "home distributor")
    marks = column(np.float32, "mark scale", "true marks: what can be observed of a customer", width="marks")
    taste = column(np.float32, "utility per attribute", "weight on each attribute of an offer", width="attributes")
    price_sensitivity = column(np.float32, "utility per relative price", "weight on price")
    purchase_rate = column(np.float32, "occasions a week", "rate of consumable occasions")
    order_size = column(np.float32, "units", "mean units per occasion", fill=1.0)
    aware = column(np.uint8, "bit per brand", "brands the customer knows")
    loyalty = column(np.float32, "share", "smoothed share of past purchases by brand", width="brands")
    satisfaction = column(np.float32, "0..1", "how well the brand has served", width="brands")
    product = column(
        np.float32,
        "0..1",
        "satisfaction with the brand's products alone, where service counts too",
        width="brands with service",
    )
    dimensions = column(
        np.float32,
        "0..1",
        "satisfaction with our contact, advice, order handling, delivery, complaint handling",
        width="dimensions",
    )
    contact = column(
        np.float32, "calls/week", "calls of our reps lately, and those the customer is used to", width="contact"
    )
    expectation = column(np.float32, "quality scale", "performance expected of the brand", width="brands")
    relationship = column(np.float32, "0..1", "stock of goodwill built by calls of our reps")
    rival_relationship = column(
        np.float32, "0..1", "the same with reps of each rival brand", width="rival brands with a sales force"
    )
    persuasion = column(
        np.float32, "utility", "what the skill of its rep adds to our offers this week, and a hand-over takes"
    )
    broken = column(
        np.float32,
        "share",
        "part of its purchases from us that a change of rep has cost and that is not back",
        width="hand-overs",
    )
    former = column(
        np.float32, "0..1", "the relationship as it would stand had its rep never changed", width="hand-overs"
    )
    pitch = column(
        np.int8, "attribute", "what our latest call stressed, -1 for nothing", width="pitch", fill=NOTHING_STRESSED
    )
    talk_weak = column(
        np.int16, "half units", "net talk of weak ties about the brand", width="brands", layout="by_item"
    )
    talk_strong = column(
        np.int16, "half units", "net talk of strong ties about the brand", width="brands", layout="by_item"
    )
    speaks = column(np.int8, "-1, 0, +1", "what the customer says of the brand now", width="brands")
    owned = column(np.int8, "brand", "brand of the last purchase, -1 for none", width="categories", fill=NO_BRAND)
    bought_week = column(np.int32, "week", "week of the last purchase, NEVER for none", width="categories", fill=NEVER)
    failed_week = column(
        np.int32, "week", "week of the owned item's last failure, NEVER for none", width="categories", fill=NEVER
    )
    next_failure = column(
        np.int32,
        "week",
        "week in which the owned item fails next, unless the design has got better",
        width="categories",
        fill=NEVER,
    )
    need_open = column(np.uint8, "bit per category", "durable categories with an open need")
    last_order = column(np.int32, "week", "week of the last purchase from us, NEVER for none", fill=NEVER)
    stage = column(np.uint8, "funnel stage", "where the customer stands with us (stages.Stage)")
    price_group = column(np.uint8, "-", "segment label the firm put on the customer, 0 for none")
    rebate = column(np.float32, "share of price", "what a large buyer has bargained off each offer", width="rebates")
    churn = column(
        np.float32, "probability a tick", "own chance to lapse when overdue, where it differs", width="churn"
    )


def make_customers(
    rows: int,
    *,
    brands: int,
    categories: int,
    attributes: int,
    marks: int,
    churn: bool = False,
    rebates: int = 0,
    dimensions: int = 0,
    forces: int = 0,
    hand_overs: bool = False,
    pitch: bool = False,
) -> Customers:
    """Empty columns for ``rows`` customers, with keys 0..rows-1.

    ``churn`` says whether each has a chance to lapse of its own, ``hand_overs`` whether a change of rep costs sales.
    ``rebates`` are the offers on which customers bargain: all or none.
    ``dimensions`` of satisfaction with our service; 0 where products alone count.
    ``forces`` counts rival brands, where these have sales forces.
    ``pitch`` says whether it matters what calls stress.

    Raises ValueError beyond 8 brands or categories.
    """
    if not 1 <= brands <= MAX_BRANDS or not 1 <= categories <= MAX_CATEGORIES:
        raise ValueError(f"1..{MAX_BRANDS} brands and 1..{MAX_CATEGORIES} categories, got {brands} and {categories}")
    widths = {
        "brands": brands,
        "categories": categories,
        "attributes": attributes,
        "marks": marks,
        "churn": int(churn),
        "rebates": rebates,
        "brands with service": brands if dimensions else 0,
        "dimensions": dimensions,
        "contact": CONTACT_STOCKS if dimensions else 0,
        "rival brands with a sales force": forces,
        "hand-overs": int(hand_overs),
        "pitch": int(pitch),
    }
    customers = Customers(rows, widths)
    customers.fill({"key": np.arange(rows, dtype=np.uint64)})
    return customers
