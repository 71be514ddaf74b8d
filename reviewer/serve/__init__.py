"""A local page to paste a proposal into. Never imported but by `reviewer serve`: its libraries are an extra."""

from reviewer.serve.desk import Desk, Options
from reviewer.serve.server import listen, serve
