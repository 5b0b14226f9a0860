"""Couverture: who does what where in four regions of Mali and Mauritania, and which communes are left out."""

__version__ = "0.1.0"
