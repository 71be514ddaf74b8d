"""The stages joined: the only way to them for the shells, and the Python API.

parse ─▶ extract ─▶ ground ─▶ score ─▶ critique ─▶ render
"""

from reviewer.llm.model import ModelSettings
from reviewer.llm.prices import price
from reviewer.llm.providers import host_of
from reviewer.pipeline.estimate import estimate
from reviewer.pipeline.identity import identity
from reviewer.pipeline.leaving import leaving
from reviewer.pipeline.many import review_many
from reviewer.pipeline.one import Run, areview, review
from reviewer.pipeline.panel import Panel, empanelled
from reviewer.pipeline.quotes import find_quotes
from reviewer.pipeline.records import read_record, record_schema, rescore, without_text
from reviewer.pipeline.rubrics import check_rubric
from reviewer.pipeline.sheets import read_sheet, sheet_writer
from reviewer.pipeline.waivers import WAIVERS_FILE, read_waivers, waive
from reviewer.pipeline.watched import areview_watched
from reviewer.render import COMPARISON_FORMATS, FORMATS, feedback, render, render_comparison, web
from reviewer.render.clean import folded, shortened
from reviewer.render.markdown import escape as escape_markdown
from reviewer.render.places import lines_of
from reviewer.render.words import Say, say, whole
from reviewer.rubric import Problem, bundled_rubrics, lasting_name, load_rubric
