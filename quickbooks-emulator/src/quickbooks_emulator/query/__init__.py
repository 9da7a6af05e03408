"""The query language: a parser and an evaluator of their own."""
