"""Rubrics: found, read, checked, and turned into one typed `Rubric`."""

from reviewer.rubric.load import bundled_rubrics, check_rubric, lasting_name, load_rubric
from reviewer.rubric.yaml import Problem
