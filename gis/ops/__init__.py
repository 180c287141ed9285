"""The system's own state: read, judged, and told to operators, screens and Prometheus."""
