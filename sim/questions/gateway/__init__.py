"""Gateway: by which way do reports reach headquarters, and how many offices collect for themselves?"""

from sim.questions.gateway.question import LEVELS, Gateway, GatewayRule, Terms, in_parts, line_of

__all__ = ["LEVELS", "Gateway", "GatewayRule", "Terms", "in_parts", "line_of"]
