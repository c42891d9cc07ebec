"""Where workbooks are kept; an adapter translates and nothing else."""
