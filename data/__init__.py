"""Everything about what is published: models, the store, publishing, and the questions that may be asked.

Two halves meet only in the store: publishing (`data.publish`, the only writer) and reading (`data.queries`).
"""
