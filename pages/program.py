"""Program: one program, from its goal to what residents say of it. The catalog and many figures lead here."""

from components.panels.program import show_program
from components.scope import here

show_program(here())
