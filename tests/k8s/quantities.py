"""Kubernetes' quantities as numbers."""

SUFFIXES = {"m": 1e-3, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "k": 1e3, "M": 1e6, "G": 1e9}


def amount(quantity: str | float) -> float:
    text = str(quantity)
    suffix = next((each for each in SUFFIXES if text.endswith(each)), "")
    return float(text.removesuffix(suffix)) * SUFFIXES.get(suffix, 1)
