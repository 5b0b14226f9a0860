"""What touches disk: boundary layers, population tables, official files."""

from geo.io.layers import load_boundaries

__all__ = ["load_boundaries"]
