"""How the dashboard looks and speaks: words, numbers, colors, charts, maps and the panels made of them.

Builders are pure (they return a sentence, a chart, a deck, bytes). Only functions named `show_*` and
`choose_*` draw with Streamlit. This floor may ask `data.queries`; it never writes.
"""
