"""Processes that live and die with this one: started, watched, restarted, stopped.

Imports neither Django nor the engines.
"""
