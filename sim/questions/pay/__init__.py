"""Pay: what does the firm pay its reps for?"""

from sim.questions.pay.question import PayPlan, PayRule

__all__ = ["PayPlan", "PayRule"]
