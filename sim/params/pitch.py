"""Numbers of what reps say in a call: how far a message that fits moves choice, and what it costs to prepare (MODEL §4)."""

from __future__ import annotations

from sim.quantity import Section, param


class Pitch(Section):
    """The message of calls: the attribute of our offers that they stress."""

    strength: float = param(
        0.0,
        unit="utility per utility of taste",
        doc="Utility of our offers to an account that is called on, per unit by which the stressed attribute means more to it "
        "than to the usual customer, compared with the other attributes; 0 makes what reps say unimportant. At .5, a message for "
        "workshops instead of one for enterprises moves log odds by .4, as in Matz et al. 2017.",
        bounds=(0.0, 10.0),
        soft=(0.0, 2.0),
    )
    material: int = param(
        1_000_000,
        unit="minor units/message/year",
        doc="Preparing one message: papers, samples, arguments, instruction of reps.",
        bounds=(0, 10**12),
    )
