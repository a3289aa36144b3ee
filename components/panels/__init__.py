"""The parts of pages. In each module pure builders make cards and sentences; `show_*` and `choose_*` draw them."""
