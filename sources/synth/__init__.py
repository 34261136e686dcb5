"""Fictitious deliveries with known truth, in the shapes and with the faults of the ten departments.

Knows no other part of `sources`; nothing in it describes a real person, address, phone or company.
"""

from sources.synth.generate import generate, SynthSummary

__all__ = ["SynthSummary", "generate"]
