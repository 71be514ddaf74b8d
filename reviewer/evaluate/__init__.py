"""How well reviews agree with people: measured on anybody's own labels and decisions."""

from reviewer.evaluate.agreement import Evaluation, Interval, measure
from reviewer.evaluate.compare import Moved, moved
from reviewer.evaluate.decisions import Decided, decisions_table, has_verdicts, measure_decisions
from reviewer.evaluate.labels import Label, read_labels
from reviewer.evaluate.picture import picture
from reviewer.evaluate.table import table
