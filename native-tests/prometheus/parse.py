"""Reads metrics as Prometheus' own client does, and writes them as JSON for the test that asked."""

import json
import sys

from prometheus_client.parser import text_string_to_metric_families

families = [
    {
        "name": family.name,
        "type": family.type,
        "help": family.documentation,
        "samples": [{"name": s.name, "labels": s.labels, "value": s.value} for s in family.samples],
    }
    for family in text_string_to_metric_families(sys.stdin.buffer.read().decode())
]
json.dump(families, sys.stdout)
