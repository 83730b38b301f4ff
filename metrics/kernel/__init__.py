"""Distances by kernels: the kernel distance (KID) and CMMD."""
