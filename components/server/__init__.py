"""The front door: what the server answers besides Streamlit's own pages, and what it refuses.

One process and one port serve the dashboard and the open data. `app.py` puts these three together:

- `routes()`: what we serve ourselves (fonts, map geometry, open data, health);
- `middleware(page_paths)`: what stands before everything (refusals, security headers, compression);
- `lifespan`: what happens once, before the first visitor.
"""

from components.server.front import lifespan, middleware, routes

__all__ = ["lifespan", "middleware", "routes"]
