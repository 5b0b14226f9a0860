"""Couverture: who does what where in Gao, Mopti, Tombouctou and Hodh El Gharbi, and which communes are left out."""

__version__ = "0.1.0"
