"""Chains, NFT mints and transfers."""
