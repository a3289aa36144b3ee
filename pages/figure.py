"""One figure: what stands behind it, what each release said of it, and how to cite it. Every figure leads here."""

from components.panels.figure import show_figure
from components.scope import here

show_figure(here())
