"""The private PostgreSQL cluster, the edge and the supervisor behind ``make run``.

Everything here runs on the standard library alone, under the system's Python, before ``.venv`` exists.
Nothing here imports Django; the web process never imports anything from here.
"""
