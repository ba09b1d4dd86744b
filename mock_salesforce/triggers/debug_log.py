"""The log that DebuggingHeader asks for: what each transaction of a call's triggers has used of its limits."""

from __future__ import annotations

from collections.abc import Sequence

from mock_salesforce.transactions import Transaction

_COUNTED = (
    ("Number of SOQL queries", "soql_queries", "apex_soql_queries"),
    ("Number of query rows", "rows_queried", "apex_rows_queried"),
    ("Number of DML statements", "dml_statements", "apex_dml_statements"),
    ("Number of DML rows", "dml_rows", "apex_dml_rows"),
    ("Maximum CPU time", "cpu_ms", "apex_cpu_ms"),
    ("Maximum heap size", "heap_bytes", "apex_heap_bytes"),
    ("Number of callouts", "callouts", "apex_callouts"),
    ("Number of Email Invocations", "emails", "apex_emails"),
    ("Number of future calls", "future_calls", "apex_future_calls"),
)


def debug_log(version: float, level: str, transactions: Sequence[Transaction]) -> str:
    """A log of a call in an API version: each transaction, all packages' budgets together."""
    lines = [f"{version:.1f} APEX_CODE,{level.upper() or 'NONE'}"]
    for transaction in transactions:
        used = transaction.report()
        lines += ["EXECUTION_STARTED", "CUMULATIVE_LIMIT_USAGE", "LIMIT_USAGE_FOR_NS|(default)|"]
        lines += [
            f"  {words}: {used.get(name, 0)} out of {getattr(transaction.profile, figure)}"
            for words, name, figure in _COUNTED
        ]
        lines += ["CUMULATIVE_LIMIT_USAGE_END", "EXECUTION_FINISHED"]
    return "\n".join(lines) + "\n"
