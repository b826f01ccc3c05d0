"""Message: which attribute of our offers do calls stress, segment by segment?"""

from sim.questions.message.question import MessageRule, Messages

__all__ = ["MessageRule", "Messages"]
