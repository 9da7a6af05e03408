"""Recorded answers of the service, played again against the emulator and compared field by field.

`shapes` reads and compares, `requests` turns an answer into what would have created it, `wire`
speaks HTTP, `replay` fills a company and asks again.
"""
