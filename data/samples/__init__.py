"""Import samples, one defect each, and what they are made with."""
