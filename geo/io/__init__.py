"""What touches disk: boundary layers, population tables, official files."""

from geo.io.layers import load_boundaries
from geo.io.population import load_population

__all__ = ["load_boundaries", "load_population"]
