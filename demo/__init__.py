"""The demonstration: a company, a platform and a day's events, run through the real pipelines."""
