"""The mechanisms of service and of managers' talks, switched on."""

from __future__ import annotations

DIMENSIONS_ON = {
    "params.service_quality.contact": 0.1,
    "params.service_quality.advice": 0.15,
    "params.service_quality.orders": 0.1,
    "params.service_quality.delivery": 0.1,
    "params.service_quality.complaints": 0.15,
}
FEEDBACK_ON = {
    "params.feedback.manager_share": 0.3,
    "params.feedback.manager_on_coaching": 0.5,
    "params.feedback.fatigue": 0.15,
    "params.feedback.reactance": 0.3,
}
SERVICE_ON = {**DIMENSIONS_ON, **FEEDBACK_ON, "params.service.blame": 0.8, "params.service.late_penalty": 0.005}
