"""Tests of the course of incidents."""
