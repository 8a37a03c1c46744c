"""Simulators on this machine: which ones run, and their control API."""
