"""Common sizes of machines: cores and memory. A size that is not here is given by its numbers.

Checked against the columns "vCPU" and "Memory: GiB" in MicrosoftDocs/azure-docs, articles/virtual-machines, versions of 2020 to
2022: dv2-dsv2-series.md, dv2-dsv2-series-memory.md, dv3-dsv3-series.md, ev3-esv3-series.md, ddv4-ddsv4-series.md,
edv4-edsv4-series.md, fsv2-series.md, ncv3-series.md, nct4-v3-series.md.
"""

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
    "Standard_D2ds_v4": (2, 8.0),
    "Standard_D4ds_v4": (4, 16.0),
    "Standard_D8ds_v4": (8, 32.0),
    "Standard_D16ds_v4": (16, 64.0),
    "Standard_E2ds_v4": (2, 16.0),
    "Standard_E4ds_v4": (4, 32.0),
    "Standard_E8ds_v4": (8, 64.0),
    "Standard_E16ds_v4": (16, 128.0),
    "Standard_F2s_v2": (2, 4.0),
    "Standard_F4s_v2": (4, 8.0),
    "Standard_F8s_v2": (8, 16.0),
    "Standard_F16s_v2": (16, 32.0),
    "Standard_NC6s_v3": (6, 112.0),
    "Standard_NC12s_v3": (12, 224.0),
    "Standard_NC24s_v3": (24, 448.0),
    "Standard_NC4as_T4_v3": (4, 28.0),
    "Standard_NC8as_T4_v3": (8, 56.0),
    "Standard_NC16as_T4_v3": (16, 110.0),
    "Standard_NC64as_T4_v3": (64, 440.0),
}
"""vCPUs and GiB by name."""
