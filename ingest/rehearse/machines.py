"""Common sizes of machines: cores and memory, as public documentation had them in 2024; a new size is given by its numbers."""

from __future__ import annotations

SIZES = {
    "Standard_DS2_v2": (2, 7.0),
    "Standard_DS3_v2": (4, 14.0),
    "Standard_DS4_v2": (8, 28.0),
    "Standard_DS5_v2": (16, 56.0),
    "Standard_DS11_v2": (2, 14.0),
    "Standard_DS12_v2": (4, 28.0),
    "Standard_DS13_v2": (8, 56.0),
    "Standard_DS14_v2": (16, 112.0),
    "Standard_D2s_v3": (2, 8.0),
    "Standard_D4s_v3": (4, 16.0),
    "Standard_D8s_v3": (8, 32.0),
    "Standard_D16s_v3": (16, 64.0),
    "Standard_E2s_v3": (2, 16.0),
    "Standard_E4s_v3": (4, 32.0),
    "Standard_E8s_v3": (8, 64.0),
    "Standard_E16s_v3": (16, 128.0),
    "Standard_F2s_v2": (2, 4.0),
    "Standard_F4s_v2": (4, 8.0),
    "Standard_F8s_v2": (8, 16.0),
    "Standard_F16s_v2": (16, 32.0),
    "Standard_NC6s_v3": (6, 112.0),
    "Standard_NC4as_T4_v3": (4, 28.0),
    "Standard_NC8as_T4_v3": (8, 56.0),
}
"""Cores and GiB by name."""
