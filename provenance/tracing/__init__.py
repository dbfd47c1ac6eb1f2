"""Attributions, dates, evidence, edges and origins."""
